/** For tests: a small card, and strokes drawn by chance that are the same each time. */

import type { Card } from "../model/types";
import type { BrushPoint, Point, Stroke } from "./stroke";

/** Four classes; file ids 10, 20, 30 and 255; the last says nothing. */
export function smallCard(): Card {
  const labelOfFileId = new Array<number>(256).fill(-1);
  [10, 20, 30, 255].forEach((fileId, label) => (labelOfFileId[fileId] = label));
  return {
    name: "small",
    height: 4,
    width: 5,
    labels: [
      { id: 0, name: "sky", color: [0, 0, 255] },
      { id: 1, name: "sea", color: [0, 128, 128] },
      { id: 2, name: "sand", color: [255, 255, 0] },
      { id: 3, name: "unlabelled", color: [0, 0, 0] },
    ],
    dontCare: 3,
    labelOfFileId,
    hasInstances: false,
    latentDim: 0,
    styleSize: null,
    licence: "Apache-2.0",
    source: "test",
  };
}

/** Evenly spread numbers in 0..1, the same for the same seed (mulberry32's constants). */
export function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A stroke of any kind; some of its points lie outside of size x size pixels. */
export function randomStroke(random: () => number, size: number, labels: readonly number[]): Stroke {
  const point = (): Point => ({ x: (random() * 1.4 - 0.2) * size, y: (random() * 1.4 - 0.2) * size });
  const label = labels[Math.floor(random() * labels.length)]!;
  const kind = Math.floor(random() * 4);
  if (kind === 0) {
    const pressed = (): BrushPoint => ({ ...point(), pressure: random() });
    const points = Array.from({ length: 1 + Math.floor(random() * 9) }, pressed);
    return { kind: "brush", label, diameter: random() * size * 0.4, points };
  }
  if (kind === 1) return { kind: "fill", label, at: point() };
  if (kind === 2) return { kind: "rectangle", label, from: point(), to: point() };
  return { kind: "polygon", label, points: Array.from({ length: 3 + Math.floor(random() * 7) }, point) };
}
