// Making elements; text is always text, never HTML.
"use strict";

function byId(id) {
  return document.getElementById(id);
}

/** An element with attributes (functions become listeners, true an empty attribute) and children. */
function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null) made.setAttribute(name, value);
  }
  made.append(...children.filter(child => child !== null));
  return made;
}

function swatch(color) {
  const made = element("span", { class: "swatch", "aria-hidden": "true" });
  made.style.background = color;
  return made;
}

/** The address of a file below the page's folder, whatever characters its name has. */
function fileUrl(path) {
  return path.split("/").map(encodeURIComponent).join("/");
}

/** A picture of an example's column; the large one, or that of the overview. */
function picture(example, column, large) {
  const paths = example.pictures[column];
  return element("img", {
    // Before the source, so that nothing out of sight is loaded.
    loading: large ? "eager" : "lazy",
    decoding: "async",
    alt: `${DATA.columns[column]} of ${example.name}`,
    src: fileUrl(paths[large ? 0 : paths.length - 1]),
  });
}

function percent(share) {
  if (share >= 0.1) return `${Math.round(100 * share)}%`;
  return share >= 0.001 ? `${(100 * share).toFixed(1)}%` : "< 0.1%";
}

function counted(count, noun) {
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
}
