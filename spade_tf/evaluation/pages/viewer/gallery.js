// The overview: cards are made as one scrolls, and their pictures loaded as they come near.
"use strict";

const CARDS_AT_ONCE = 24;

/** Shows lists of examples. `open(index)` is called when a person wants to see one large. */
class Gallery {
  constructor(open) {
    this.open = open;
    this.place = byId("gallery");
    this.more = byId("more");
    this.examples = [];
    this.columns = [];
    this.more.addEventListener("click", () => this.append());
    this.watch = new IntersectionObserver(
      entries => entries.some(entry => entry.isIntersecting) && this.append(),
      { rootMargin: "400px" },
    );
    markListeners.push(name => this.showMark(name));
  }

  /** Starts anew with a list of examples and the columns to show of each. */
  show(examples, columns, chosen) {
    this.examples = examples;
    this.columns = columns;
    this.chosen = chosen;
    this.cards = new Map();
    this.place.replaceChildren();
    this.place.style.setProperty("--columns", columns.length);
    this.append();
  }

  append() {
    const first = this.place.childElementCount;
    const next = this.examples.slice(first, first + CARDS_AT_ONCE);
    this.place.append(...next.map((example, i) => this.card(example, first + i)));
    const left = this.examples.length - this.place.childElementCount;
    this.more.hidden = left === 0;
    this.more.textContent = `Show more (${left.toLocaleString("en")} left)`;
    // Watched anew, so that it fires again where the button is still in sight.
    this.watch.disconnect();
    if (left > 0) this.watch.observe(this.more);
  }

  card(example, index) {
    const cells = this.columns.map(column =>
      element("span", { class: "cell" }, picture(example, column, false),
        element("span", { class: "title" }, DATA.columns[column])));
    const button = element(
      "button",
      { class: "pictures", type: "button", "aria-label": `Compare ${example.name}`,
        click: () => this.open(index) },
      ...cells,
    );
    const caption = element("figcaption", {}, element("span", { class: "name" }, example.name));
    if (this.chosen.size) {
      const share = percent(chosenShare(example, this.chosen));
      caption.append(element("span", { class: "muted" }, share));
    }
    if (example.confidence !== undefined) {
      caption.append(element("span", { class: "muted" }, `confidence ${percent(example.confidence)}`));
    }
    if (DATA.marked !== null) caption.append(markBox(example.name));
    if (example.remarks) caption.append(remarkList(example));
    const card = element("figure", { class: "card", "data-name": example.name }, button, caption);
    card.classList.toggle("left-out", isMarked(example.name));
    this.cards.set(example.name, card);
    return card;
  }

  showMark(name) {
    const card = this.cards.get(name);
    if (!card) return;
    card.classList.toggle("left-out", isMarked(name));
    card.querySelector(".mark input").checked = isMarked(name);
  }

  /** Brings a card into sight and gives it the focus, once it has been made. */
  focus(index) {
    while (this.place.childElementCount <= index && !this.more.hidden) this.append();
    this.place.children[index]?.querySelector(".pictures").focus();
  }
}

function remarkList(example) {
  const items = example.remarks.map(remark => element("li", {}, remark));
  return element("ul", { class: "remarks" }, ...items);
}
