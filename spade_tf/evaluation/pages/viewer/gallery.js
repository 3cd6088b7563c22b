// The overview: cards are made as one scrolls, and their pictures loaded as they come near.
"use strict";

const CARDS_AT_ONCE = 24;

/** Shows lists of examples. `open(index)` is called when a person wants to see one large. */
class Gallery {
  constructor(open) {
    this.open = open;
    this.place = byId("gallery");
    this.earlier = byId("earlier");
    this.more = byId("more");
    this.earlier.addEventListener("click", () => this.prepend());
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
    this.place.style.setProperty("--columns", columns.length);
    this.startAt(0);
  }

  /** Shows the examples from a place on; cards are made for `first` to `last` - 1. */
  startAt(first) {
    this.cards = new Map();
    this.place.replaceChildren();
    this.first = this.last = first;
    this.append();
  }

  append() {
    this.place.append(...this.cardsOf(this.last, this.last + CARDS_AT_ONCE));
    this.last = Math.min(this.examples.length, this.last + CARDS_AT_ONCE);
    this.showButtons();
  }

  prepend() {
    const first = Math.max(0, this.first - CARDS_AT_ONCE);
    this.place.prepend(...this.cardsOf(first, this.first));
    this.first = first;
    this.showButtons();
  }

  cardsOf(first, last) {
    return this.examples.slice(first, last).map((example, i) => this.card(example, first + i));
  }

  showButtons() {
    const left = this.examples.length - this.last;
    this.more.hidden = left === 0;
    this.more.textContent = `Show more (${left.toLocaleString("en")} left)`;
    this.earlier.hidden = this.first === 0;
    this.earlier.textContent = `Show earlier (${this.first.toLocaleString("en")})`;
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

  /** Brings a card into sight and gives it the focus; far away the list starts anew there. */
  focus(index) {
    if (index < this.first || index >= this.last + CARDS_AT_ONCE) {
      this.startAt(index - (index % CARDS_AT_ONCE));
    }
    if (index >= this.last) this.append();
    this.place.children[index - this.first].querySelector(".pictures").focus();
  }
}

function remarkList(example) {
  const items = example.remarks.map(remark => element("li", {}, remark));
  return element("ul", { class: "remarks" }, ...items);
}
