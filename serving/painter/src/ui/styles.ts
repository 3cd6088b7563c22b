/** The style in use: by chance, from the pad, from a photo, or one of before. */

import type { Card } from "../model/types";
import { element, textButton } from "./dom";
import { randomStyle } from "./style_blend";
import { StylePad } from "./style_pad";
import { Thumbnail } from "./thumbnail";

const KEPT = 12;

export interface StylesEvents {
  /** Another style is to be painted. */
  changed(): void;
  photo(file: File): void;
}

export class Styles {
  /** The style in use: the average one at first. */
  z = new Float32Array();
  private kept: Thumbnail[] = [];
  /** The style in the history that waits for its picture. */
  private unpainted: Thumbnail | null = null;
  private card: Card | null = null;
  private readonly pad = new StylePad({
    moved: (z) => this.change(z),
    rested: () => this.keep("Blend"),
  });
  private readonly file = element("input", {
    type: "file",
    accept: "image/*",
    hidden: true,
    onchange: () => this.choosePhoto(),
  });
  private readonly photo = textButton("photo", "From photo", {
    "data-testid": "style-photo",
    title: "Take the style of a photograph",
    onclick: () => this.file.click(),
  });
  private readonly history = element("div", { class: "strip", "data-testid": "style-history" });
  private readonly historyHint = element("p", { class: "hint" }, "Styles you try are kept here.");
  private readonly controls = element(
    "div",
    { class: "style-controls" },
    this.pad.element,
    element(
      "div",
      { class: "style-buttons" },
      textButton("dice", "Random", {
        "data-testid": "style-random",
        title: "Another style (N)",
        onclick: () => this.random(),
      }),
      this.photo,
      textButton("samples", "New corners", {
        "data-testid": "style-corners",
        title: "Four other styles for the pad",
        onclick: () => this.shuffle(),
      }),
      this.file,
    ),
    element("div", { class: "history" }, this.historyHint, this.history),
  );
  private readonly none = element("p", { class: "hint" }, "This model has one style.");
  readonly element = element(
    "section",
    { class: "card styles", id: "panel-style", "aria-label": "Style" },
    element("div", { class: "card-head" }, element("h2", {}, "Style")),
    this.none,
    this.controls,
  );

  constructor(
    private readonly events: StylesEvents,
    private readonly refresh: () => void,
  ) {}

  show(card: Card, canReadPhoto: boolean): void {
    this.card = card;
    this.z = new Float32Array(card.latentDim);
    this.kept = [];
    this.unpainted = null;
    this.history.replaceChildren();
    this.historyHint.hidden = false;
    const hasStyle = card.latentDim > 0;
    this.none.hidden = hasStyle;
    this.controls.hidden = !hasStyle;
    this.historyHint.hidden = !hasStyle;
    this.photo.hidden = !canReadPhoto;
    if (hasStyle) {
      this.pad.shuffle(card.latentDim);
      this.keep("Average style");
    }
  }

  random(): void {
    if (this.card?.latentDim) this.use(randomStyle(this.card.latentDim), "Random style");
  }

  /** Paints in a style, and keeps it. */
  use(z: Float32Array, name: string): void {
    this.change(z);
    this.keep(name);
  }

  /** The small pictures of this panel. */
  get thumbnails(): Thumbnail[] {
    return [...this.pad.corners, ...this.kept.filter((thumbnail) => !thumbnail.isPainted)];
  }

  /** A picture in the style in use: it is shown beside the style that is kept. */
  painted(image: ImageData): void {
    if (this.unpainted?.z !== this.z) return;
    this.unpainted.draw(image);
    this.unpainted = null;
  }

  private change(z: Float32Array): void {
    this.z = z as Float32Array<ArrayBuffer>;
    this.markChosen();
    this.events.changed();
  }

  private keep(name: string): void {
    if (this.kept.some((thumbnail) => thumbnail.z === this.z)) return;
    const thumbnail = new Thumbnail(this.z, name, (z) => this.change(z));
    this.kept = [thumbnail, ...this.kept].slice(0, KEPT);
    this.unpainted = thumbnail;
    this.historyHint.hidden = true;
    this.history.replaceChildren(...this.kept.map(({ button }) => button));
    this.markChosen();
    this.events.changed();
  }

  private markChosen(): void {
    for (const { z, button } of this.kept) button.setAttribute("aria-pressed", String(z === this.z));
  }

  private shuffle(): void {
    if (!this.card) return;
    this.pad.shuffle(this.card.latentDim);
    this.refresh();
  }

  private choosePhoto(): void {
    const file = this.file.files?.[0];
    this.file.value = "";
    if (file) this.events.photo(file);
  }
}
