/** Refuses what a model was not made for, before it is sent there. */

import type { Card, PaintRequest } from "./types";
import { PainterError } from "./types";

/** Throws a PainterError for a label map of another size or with ids of no class, or a wrong style. */
export function checkLabels(card: Card, { labels, z }: PaintRequest): void {
  const pixels = card.height * card.width;
  if (labels.length !== pixels) {
    throw new PainterError(
      `the label map has ${labels.length} pixels; ${card.name} paints ` +
        `${card.width}x${card.height} (${pixels})`,
    );
  }
  const outside = labels.find((id) => id >= card.labels.length);
  if (outside !== undefined) {
    throw new PainterError(
      `the label map has the id ${outside}; ${card.name} has classes 0 to ${card.labels.length - 1}`,
    );
  }
  if (z && z.length !== card.latentDim) {
    throw new PainterError(
      `the style has ${z.length} numbers; ${card.name} takes ${card.latentDim || "none"}`,
    );
  }
}
