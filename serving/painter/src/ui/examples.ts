import { LabelMap } from "../labels/label_map";
import { readLabelPng } from "../labels/label_png";
import { PainterError } from "../model/types";
import type { Card } from "../model/types";
import { element, iconButton } from "./dom";

/** Layouts to start from. */
export class Examples {
  private readonly strip = element("div", { class: "strip", "data-testid": "examples" });
  private readonly hint = element("p", { class: "hint" }, "This model came without examples.");
  readonly element = element(
    "section",
    { class: "card examples", id: "panel-layouts", "aria-label": "Layouts" },
    element(
      "div",
      { class: "card-head" },
      element("h2", {}, "Layouts"),
      iconButton("clear", "Clear the canvas", {
        "data-testid": "clear",
        onclick: () => this.events.clear(),
      }),
    ),
    this.hint,
    this.strip,
  );
  private round = 0;

  constructor(
    private readonly events: {
      chosen(map: LabelMap): void;
      clear(): void;
      failed(error: unknown): void;
    },
  ) {}

  /** Reads the examples of a model. Resolves to the first; null where there is none. */
  async show(card: Card, addresses: readonly URL[]): Promise<LabelMap | null> {
    const round = ++this.round;
    this.strip.replaceChildren();
    this.hint.hidden = addresses.length > 0;
    let first: LabelMap | null = null;
    for (const [i, address] of addresses.entries()) {
      try {
        const map = await read(address, card);
        if (this.round !== round) return null;
        first ??= map;
        this.strip.append(this.button(map, card, `Layout ${i + 1}`));
      } catch (error) {
        this.events.failed(error);
      }
    }
    return first;
  }

  private button(map: LabelMap, card: Card, name: string): HTMLButtonElement {
    const canvas = element("canvas", { class: "painted pixelated", "aria-hidden": "true" });
    canvas.width = map.width;
    canvas.height = map.height;
    const image = new ImageData(map.width, map.height);
    const colors = new Map(card.labels.map(({ id, color }) => [id, color]));
    map.ids.forEach((id, i) => image.data.set([...(colors.get(id) ?? [0, 0, 0]), 255], 4 * i));
    canvas.getContext("2d")!.putImageData(image, 0, 0);
    const attributes = {
      type: "button",
      class: "thumbnail",
      "aria-label": name,
      title: name,
      onclick: () => this.events.chosen(map),
    };
    return element("button", attributes, canvas);
  }
}

async function read(address: URL, card: Card): Promise<LabelMap> {
  const name = address.pathname.split("/").at(-1)!;
  const response = await fetch(address).catch(() => null);
  if (!response?.ok) throw new PainterError(`The example ${name} could not be loaded.`);
  return readLabelPng(new Uint8Array(await response.arrayBuffer()), name, card).map;
}
