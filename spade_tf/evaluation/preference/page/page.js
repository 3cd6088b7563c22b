// The study's page: welcome, one question after the other, thanks.

import { answer, join, noteShown, readState } from "./api.js";
import { QuestionView } from "./question.js";
import { forget, load } from "./pictures.js";

const element = (id) => document.getElementById(id);
const view = new QuestionView(choose);

/** Shows one of the page's parts. */
function show(id) {
  for (const part of document.querySelectorAll("main")) part.hidden = part.id !== id;
}

/** Does something with the server; if it fails, says so and offers to do it again. */
async function attempt(action) {
  try {
    await action();
  } catch (error) {
    element("problem-text").textContent = error.message || String(error);
    element("retry").onclick = () => attempt(action);
    show("problem");
  }
}

async function open(state) {
  if (!state.joined) {
    welcome(state);
  } else if (state.question) {
    show("question");
    if (state.next) load(state.next).catch(() => {}); // tried again when it is its turn
    await view.open(state, () => noteShown(state.question.id).catch(() => {}));
  } else {
    const answers = state.answered === 1 ? "1 question" : `${state.answered} questions`;
    element("finished-text").textContent = state.answered
      ? `You answered ${answers}; all answers are stored.`
      : "All questions have as many answers as were asked for.";
    show("finished");
  }
}

function welcome(state) {
  element("count").textContent = state.questions;
  element("time-limit").textContent = `The images show for ${state.seconds} seconds; then you may
    still choose, as long as you like.`;
  element("time-limit").hidden = !state.seconds;
  show("welcome");
}

async function begin() {
  const state = await join();
  // Without the cookie every question would be refused.
  if (!(await readState()).joined) throw new Error("Please allow cookies for this page.");
  await open(state);
}

async function choose(question, choice, milliseconds) {
  let state;
  await attempt(async () => {
    try {
      state ??= await answer(question.id, choice, milliseconds);
    } catch (error) {
      // Answered in another tab, or the server's reply was lost on the way.
      if (error.status !== 409) throw error;
      state = await readState();
    }
    forget(question);
    await open(state);
  });
}

element("start").onclick = () => attempt(begin);
element("another").onclick = () => attempt(begin);
attempt(async () => open(await readState()));
