import type { StageMode } from "../canvas/stage";
import type { Card } from "../model/types";
import { cssColor, element, iconButton } from "./dom";

const MODES: readonly { mode: StageMode; label: string; wide?: string }[] = [
  { mode: "layout", label: "Layout", wide: "Side by side" },
  { mode: "picture", label: "Picture" },
  { mode: "overlay", label: "Overlay" },
];

export interface StageBarEvents {
  mode(mode: StageMode): void;
  fit(): void;
}

/** Above the canvas: what is shown, the class under the pointer, and how long painting took. */
export class StageBar {
  private readonly buttons = new Map<StageMode, HTMLButtonElement>();
  private readonly swatch = element("span", { class: "swatch" });
  private readonly name = element("span", { class: "legend-name" });
  private readonly legend = element(
    "span",
    { class: "legend", "data-testid": "legend", "aria-hidden": "true" },
    this.swatch,
    this.name,
  );
  private readonly fit: HTMLButtonElement;
  private readonly latency = element("output", {
    class: "latency",
    "data-testid": "latency",
    "aria-label": "Time from stroke to picture",
    "aria-live": "off",
    title: "Time from stroke to picture, and what computes",
  });
  readonly elements: HTMLElement[];
  private card: Card | null = null;
  private where = "";

  constructor(events: StageBarEvents) {
    const segments = MODES.map(({ mode, label, wide = label }) => {
      const attributes = {
        type: "button",
        "data-testid": `mode-${mode}`,
        "data-mode": mode,
        onclick: () => events.mode(mode),
      };
      const button = element(
        "button",
        attributes,
        element("span", { class: "when-narrow" }, label),
        element("span", { class: "when-wide" }, wide),
      );
      this.buttons.set(mode, button);
      return button;
    });
    this.fit = iconButton("search", "See all (0)", {
      "data-testid": "zoom-fit",
      class: "zoom",
      onclick: () => events.fit(),
    });
    this.elements = [
      element("div", { class: "segments", role: "group", "aria-label": "View" }, ...segments),
      this.legend,
      this.fit,
      this.latency,
    ];
    this.showZoom(1);
  }

  showModel(card: Card, where: string): void {
    this.card = card;
    this.where = where;
    this.latency.textContent = where;
  }

  showMode(mode: StageMode): void {
    for (const [name, button] of this.buttons) {
      button.setAttribute("aria-pressed", String(name === mode));
    }
  }

  showLegend(label: number | undefined): void {
    const found = this.card?.labels.find(({ id }) => id === label);
    this.legend.classList.toggle("shown", found !== undefined);
    if (!found) return;
    this.swatch.style.background = cssColor(found.color);
    this.name.textContent = found.name;
  }

  showZoom(zoom: number): void {
    this.fit.classList.toggle("shown", zoom > 1.01);
    this.fit.disabled = zoom <= 1.01;
    this.fit.textContent = `${zoom.toFixed(zoom < 10 ? 1 : 0)}×`;
  }

  showLatency(milliseconds: number): void {
    this.latency.replaceChildren(
      element("b", {}, `${Math.round(milliseconds)} ms`),
      element("span", { class: "where" }, ` ${this.where}`),
    );
    this.latency.dataset.milliseconds = milliseconds.toFixed(1);
  }

  showBusy(text: string): void {
    this.latency.textContent = text;
  }
}
