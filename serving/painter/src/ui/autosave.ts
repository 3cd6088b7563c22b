/** Keeps the layout in the browser, so that it is there again after a reload. */

import { LabelMap } from "../labels/label_map";
import { readLabelPng, writePalettePng } from "../labels/label_png";
import type { Card } from "../model/types";

const PAUSE = 800;
let timer = 0;

export function keepLayout(card: Card, layout: () => LabelMap): void {
  window.clearTimeout(timer);
  timer = window.setTimeout(() => {
    try {
      localStorage.setItem(key(card), base64(writePalettePng(layout(), card)));
    } catch {
      // Private windows, a full store, a label without a file id: then it is not kept.
    }
  }, PAUSE);
}

/** The layout kept for a model; null where there is none that still fits. */
export function keptLayout(card: Card): LabelMap | null {
  try {
    const text = localStorage.getItem(key(card));
    if (!text) return null;
    const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
    const { map } = readLabelPng(bytes, "the kept layout", card);
    return map.width === card.width && map.height === card.height ? map : null;
  } catch {
    return null;
  }
}

function key(card: Card): string {
  return `layout ${card.name} ${card.width}x${card.height}`;
}

function base64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}
