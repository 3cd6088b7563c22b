// Examples that a person marks to leave out, and the file that says so.
"use strict";

const FILE_NAME = "rejected.txt";
const initiallyMarked = new Set(DATA.marked ?? []);
const storageKey = `left-out:${location.pathname}`;
const toggled = readToggled();
const markListeners = [];

function isMarked(name) {
  return toggled.get(name) ?? initiallyMarked.has(name);
}

function setMarked(name, marked) {
  toggled.set(name, marked);
  try {
    localStorage.setItem(storageKey, JSON.stringify([...toggled]));
  } catch {
    // A browser may keep nothing for files: the download still has everything.
  }
  for (const listener of markListeners) listener(name);
}

function readToggled() {
  try {
    return new Map(JSON.parse(localStorage.getItem(storageKey) ?? "[]"));
  } catch {
    return new Map();
  }
}

/** The names to leave out, those that are on no picture of this page among them. */
function markedNames() {
  const names = new Set([...initiallyMarked, ...toggled.keys()]);
  return [...names].filter(isMarked).sort(byName);
}

/** A checkbox for an example, which follows every other of the same example. */
function markBox(name) {
  const box = element("input", { type: "checkbox", change: () => setMarked(name, box.checked) });
  box.checked = isMarked(name);
  return element("label", { class: "mark" }, box, " Leave out");
}

/** The button that downloads the file. */
function setUpReview() {
  const place = byId("review");
  place.hidden = DATA.marked === null;
  if (place.hidden) return;
  const button = element("button", { id: "download", type: "button", click: download });
  const show = () => {
    button.textContent = `Download ${FILE_NAME} (${markedNames().length})`;
  };
  markListeners.push(show);
  show();
  place.append(button);
}

function download() {
  const text = markedNames().map(name => `${name}\n`).join("");
  const url = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  const link = element("a", { href: url, download: FILE_NAME });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
