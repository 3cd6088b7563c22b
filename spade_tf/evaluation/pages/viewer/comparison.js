// One example in large, with keys to move on.
"use strict";

const CAPTION_PIXELS = 30;
const GAP_PIXELS = 12;
const SMALLEST_LARGE_PICTURE = 150;

class Comparison {
  /** `closed(index)` is called with the place of the example that was seen last. */
  constructor(closed) {
    this.dialog = byId("comparison");
    this.pictures = element("div", { class: "large-pictures" });
    this.name = element("h2", { id: "comparison-name" });
    this.position = element("span", { class: "muted", role: "status" });
    this.facts = element("div", { class: "facts" });
    this.dialog.append(this.header(), this.pictures, this.facts);
    this.dialog.addEventListener("keydown", event => this.onKey(event));
    this.dialog.addEventListener("close", () => closed(this.index));
    // A click beside the content is one on the dialog itself.
    this.dialog.addEventListener("click", event => {
      if (event.target === this.dialog) this.dialog.close();
    });
    window.addEventListener("resize", () => this.dialog.open && this.fit());
    markListeners.push(name => this.showMark(name));
  }

  header() {
    const button = (label, text, click, autofocus = false) =>
      element("button", { type: "button", "aria-label": label, title: label, click, autofocus }, text);
    const buttons = element(
      "div",
      { class: "inline" },
      this.position,
      button("Previous (left arrow)", "‹", () => this.move(-1)),
      button("Next (right arrow)", "›", () => this.move(1), true),
      button("Close (Esc)", "×", () => this.dialog.close()),
    );
    return element("header", {}, this.name, buttons);
  }

  open(examples, index, columns) {
    this.examples = examples;
    this.columns = columns;
    this.dialog.showModal();
    this.show(index);
  }

  move(step) {
    this.show(Math.max(0, Math.min(this.examples.length - 1, this.index + step)));
  }

  show(index) {
    this.index = index;
    const example = this.examples[index];
    this.name.textContent = example.name;
    const count = this.examples.length.toLocaleString("en");
    this.position.textContent = `${(index + 1).toLocaleString("en")} of ${count}`;
    this.pictures.replaceChildren(...this.columns.map(column =>
      element("figure", {}, picture(example, column, true),
        element("figcaption", {}, DATA.columns[column]))));
    this.facts.replaceChildren(...this.factsOf(example));
    this.fit();
    // What is likely to be asked for next.
    for (const other of [this.examples[index + 1], this.examples[index - 1]]) {
      if (other) this.columns.forEach(column => picture(other, column, true));
    }
  }

  factsOf(example) {
    const parts = [element("ul", { class: "shares" }, ...example.shares.map(([label, share]) =>
      element("li", {}, swatch(DATA.classes[label].color),
        `${DATA.classes[label].name} ${percent(share)}`)))];
    if (example.confidence !== undefined) {
      parts.push(element("p", {}, `Confidence ${percent(example.confidence)}`));
    }
    if (example.remarks) parts.push(remarkList(example));
    if (DATA.marked !== null) parts.push(markBox(example.name));
    return parts;
  }

  showMark(name) {
    if (!this.dialog.open || this.examples[this.index].name !== name) return;
    this.dialog.querySelector(".mark input").checked = isMarked(name);
  }

  /** Arranges the pictures in the rows that make them largest. */
  fit() {
    const { clientWidth: width, clientHeight: height } = this.pictures;
    const count = this.columns.length;
    let best = { side: 0, across: 1 };
    for (let across = 1; across <= count; across += 1) {
      const room = height / Math.ceil(count / across) - CAPTION_PIXELS;
      const side = Math.min(width / across, room * DATA.aspect);
      if (side > best.side) best = { side, across };
    }
    // A phone held upright is better scrolled than given stamps.
    const side = Math.max(best.side, Math.min(width, SMALLEST_LARGE_PICTURE));
    this.pictures.style.setProperty("--side", `${Math.floor(side) - GAP_PIXELS}px`);
  }

  onKey(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const last = this.examples.length - 1;
    const keys = {
      ArrowLeft: () => this.move(-1),
      ArrowRight: () => this.move(1),
      Home: () => this.show(0),
      End: () => this.show(last),
    };
    if (DATA.marked !== null) {
      const { name } = this.examples[this.index];
      keys.x = () => setMarked(name, !isMarked(name));
    }
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  }
}
