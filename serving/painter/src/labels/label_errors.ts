/** What is said of label files that a model cannot use: which ids or colours were met, and how often. */

import { PainterError } from "../model/types";
import type { Card } from "../model/types";

const LISTED = 6;

/** The refusal of a grey file. */
export function wrongIds(wrong: Map<number, number>, name: string, card: Card): PainterError {
  const known = card.labelOfFileId.flatMap((label, id) => (label >= 0 ? [id] : []));
  return new PainterError(
    `${name} holds ids that are no label of ${card.name}: ${listed(wrong)}. ` +
      `The model knows ${ranges(known)}.`,
  );
}

/** The refusal of a palette or coloured file. */
export function wrongColors(wrong: Map<string, number>, name: string, card: Card): PainterError {
  return new PainterError(
    `${name} holds colours that are no single label of ${card.name}: ${listed(wrong)}. Use exactly ` +
      "the colours of the model, without smooth edges, or a grey PNG of label ids; a photograph is " +
      "no label map.",
  );
}

/** The refusal to write a label that files cannot hold. */
export function unwritable(wrong: Map<number, number>, card: Card): PainterError {
  const names = [...wrong.keys()].map((id) => card.labels[id]?.name ?? `label ${id}`);
  return new PainterError(
    `No file id of ${card.name} means ${names.join(", ")}: draw something else there to save.`,
  );
}

/** Values with their numbers of pixels, the most frequent first. */
function listed(found: Map<string | number, number>): string {
  const sorted = [...found].sort((a, b) => b[1] - a[1]);
  const texts = sorted
    .slice(0, LISTED)
    .map(([value, count]) => `${value} (${count} ${count === 1 ? "pixel" : "pixels"})`);
  const more = sorted.length > LISTED ? ` and ${sorted.length - LISTED} more` : "";
  return texts.join(", ") + more;
}

/** Sorted numbers in few words: 0..4, 255. */
function ranges(ids: readonly number[]): string {
  const groups: [number, number][] = [];
  for (const id of ids) {
    const last = groups.at(-1);
    if (last && last[1] === id - 1) last[1] = id;
    else groups.push([id, id]);
  }
  return groups.map(([a, b]) => (a === b ? `${a}` : `${a}..${b}`)).join(", ");
}
