// One question on the page: its pictures, its clock, and the ways to choose.

import { arrange } from "./arrange.js";
import { load } from "./pictures.js";

const TOO_SOON = 300; // milliseconds: nobody judges so quickly; it is the last choice's second tap
const LONGEST = 2 ** 31 - 1; // milliseconds that the server takes

const KEYS = { ArrowLeft: "first", ArrowUp: "first", ArrowRight: "second", ArrowDown: "second" };

const element = (id) => document.getElementById(id);

const painted = () =>
  new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));

/** Resolves once the page is in the foreground. */
async function inForeground() {
  while (document.hidden) {
    await new Promise((done) => {
      document.addEventListener("visibilitychange", done, { once: true });
    });
  }
}

export class QuestionView {
  #onChoice;
  #question; // undefined while none can be answered
  #opened; // when its images were visible on this page,
  #shownBefore; // and for how long they were before that, as a reloaded page knows
  #hiding;
  #size;

  /** `onChoice(question, "first" | "second", milliseconds)` is called once for each question. */
  constructor(onChoice) {
    this.#onChoice = onChoice;
    for (const choice of ["first", "second"]) {
      element(choice).onclick = () => this.#choose(choice);
    }
    document.addEventListener("keydown", (event) => {
      const modified = event.altKey || event.ctrlKey || event.metaKey || event.shiftKey;
      if (!this.#question || !(event.key in KEYS) || modified || event.repeat) return;
      if (document.activeElement === element("legend")) return; // arrows scroll it
      event.preventDefault();
      this.#choose(KEYS[event.key]);
    });
    window.addEventListener("resize", () => this.#arrange());
  }

  /** Shows the state's question; `onShown` is called when its images are visible. */
  async open({ question, answered, total, seconds }, onShown) {
    this.#close();
    element("progress-text").textContent = `Question ${answered + 1} of ${total}`;
    element("progress").max = total;
    element("progress").value = answered;
    const pictures = await load(question);
    await inForeground();
    this.#shownBefore = question.shown_milliseconds_ago ?? 0;
    const left = seconds ? 1000 * seconds - this.#shownBefore : Infinity;
    this.#fill(pictures, question.legend);
    if (left <= 0) this.#hide();
    await painted();
    this.#opened = performance.now();
    this.#question = question;
    this.#setEnabled(true);
    onShown();
    if (left > 0 && left < Infinity) this.#hiding = setTimeout(() => this.#hide(), left);
  }

  #close() {
    clearTimeout(this.#hiding);
    this.#question = undefined;
    this.#setEnabled(false);
    for (const frame of document.querySelectorAll(".frame")) frame.replaceChildren();
  }

  #fill(pictures, legend) {
    element("legend").replaceChildren(...legend.map(legendEntry));
    element("legend").hidden = !legend.length;
    this.#size = [pictures.first.naturalWidth, pictures.first.naturalHeight];
    this.#arrange();
    element("layout").replaceChildren(pictures.layout);
    for (const choice of ["first", "second"]) {
      element(choice).querySelector(".frame").replaceChildren(pictures[choice]);
    }
  }

  #arrange() {
    if (!this.#size) return;
    const around = document.querySelectorAll("#question header, #question footer");
    arrange(element("pictures"), [...around], ...this.#size);
  }

  #hide() {
    for (const frame of document.querySelectorAll(".choice .frame")) {
      const text = document.createElement("span");
      text.className = "gone";
      text.textContent = "Time is over; which was it?";
      frame.replaceChildren(text);
    }
  }

  #choose(choice) {
    const time = performance.now() - this.#opened;
    const question = this.#question;
    if (!question || time < TOO_SOON) return;
    this.#close();
    this.#onChoice(question, choice, Math.min(LONGEST, Math.round(this.#shownBefore + time)));
  }

  #setEnabled(enabled) {
    // Not "disabled", which would take away the keyboard's focus.
    for (const choice of ["first", "second"]) {
      element(choice).setAttribute("aria-disabled", String(!enabled));
    }
  }
}

function legendEntry({ name, color }) {
  const entry = document.createElement("li");
  const swatch = document.createElement("i");
  swatch.style.background = color;
  entry.append(swatch, name);
  return entry;
}
