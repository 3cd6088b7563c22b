import type { Label } from "../model/types";
import { cssColor, element, icon } from "./dom";

/** Classes that a search box is worth its place for. */
const SEARCHED_FROM = 9;
const DIGITS = 9;

/** The classes of a model, to be chosen from. */
export class Palette {
  private readonly buttons = new Map<number, HTMLButtonElement>();
  private labels: readonly Label[] = [];
  private chosen = 0;
  private readonly input = element("input", {
    type: "search",
    placeholder: "Search",
    "aria-label": "Search classes",
    "data-testid": "class-search",
    autocomplete: "off",
    oninput: () => this.filter(),
    onkeydown: (event: KeyboardEvent) => this.searchKey(event),
  });
  readonly search = element("label", { class: "search" }, icon("search"), this.input);
  private readonly none = element("p", { class: "none", hidden: true }, "No class of that name");
  readonly element = element("div", {
    class: "palette",
    role: "radiogroup",
    "aria-label": "Class to draw",
    onkeydown: (event: KeyboardEvent) => this.move(event),
  });

  constructor(private readonly onChosen: (label: number) => void) {}

  show(labels: readonly Label[]): void {
    this.labels = labels;
    this.buttons.clear();
    this.element.replaceChildren(...labels.map((label, i) => this.button(label, i)), this.none);
    this.search.hidden = labels.length < SEARCHED_FROM;
    this.input.value = "";
    this.filter();
  }

  choose(id: number, reveal = true): void {
    this.chosen = id;
    for (const [label, button] of this.buttons) {
      button.setAttribute("aria-checked", String(label === id));
      button.tabIndex = label === id ? 0 : -1;
    }
    if (reveal) this.buttons.get(id)?.scrollIntoView({ block: "nearest", inline: "nearest" });
    this.onChosen(id);
  }

  /** The class at a place of the list, from 0. */
  chooseAt(place: number): void {
    const label = this.labels[place];
    if (label) this.choose(label.id);
  }

  focusSearch(): void {
    if (!this.search.hidden) this.input.focus();
  }

  private button({ id, name, color }: Label, place: number): HTMLButtonElement {
    const button = element(
      "button",
      {
        type: "button",
        class: "class",
        role: "radio",
        "aria-checked": "false",
        "data-testid": `class-${id}`,
        title: name,
        onclick: () => this.choose(id, false),
      },
      element("span", { class: "swatch", style: `background:${cssColor(color)}` }),
      element("span", { class: "class-name" }, name),
    );
    if (place < DIGITS) button.append(element("kbd", { "aria-hidden": "true" }, String(place + 1)));
    this.buttons.set(id, button);
    return button;
  }

  private get visible(): HTMLButtonElement[] {
    return [...this.buttons.values()].filter((button) => !button.hidden);
  }

  private filter(): void {
    const wanted = this.input.value.trim().toLowerCase();
    for (const { id, name } of this.labels) {
      this.buttons.get(id)!.hidden = !name.toLowerCase().includes(wanted);
    }
    this.none.hidden = this.visible.length > 0;
  }

  private searchKey(event: KeyboardEvent): void {
    if (event.key === "Enter") this.visible[0]?.click();
    else if (event.key !== "Escape") return;
    this.input.value = "";
    this.filter();
    this.input.blur();
    this.choose(this.chosen);
  }

  /** Arrow keys go from class to class, as in any group of radio buttons. */
  private move(event: KeyboardEvent): void {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const visible = this.visible;
    const place = visible.indexOf(document.activeElement as HTMLButtonElement);
    if (step === undefined || place < 0) return;
    event.preventDefault();
    const next = visible.at((place + step) % visible.length)!;
    next.click();
    next.focus();
  }
}
