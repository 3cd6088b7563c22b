/** Draws without a pointer: arrows move the pen, Enter lowers and lifts it. */

import type { Point } from "../labels/stroke";
import type { Drawing } from "./drawing";

const DIRECTIONS = new Map<string, [number, number]>([
  ["ArrowLeft", [-1, 0]],
  ["ArrowRight", [1, 0]],
  ["ArrowUp", [0, -1]],
  ["ArrowDown", [0, 1]],
]);

export function listenToKeys(
  element: HTMLElement,
  drawing: () => Drawing,
  show: (pen: Point | null) => void,
): void {
  let pen: Point | null = null;
  let isDown = false;

  element.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const direction = DIRECTIONS.get(event.key);
    const { map } = drawing();
    pen ??= { x: map.width / 2, y: map.height / 2 };
    if (direction) {
      // With Shift pixel by pixel, otherwise in steps that a brush of this size fills.
      const step = event.shiftKey ? 1 : Math.max(1, drawing().pen.diameter / 2);
      pen = {
        x: Math.min(map.width - 0.5, Math.max(0.5, pen.x + direction[0] * step)),
        y: Math.min(map.height - 0.5, Math.max(0.5, pen.y + direction[1] * step)),
      };
      if (isDown) drawing().extend([{ ...pen, pressure: 1 }]);
    } else if (event.key === "Enter") {
      if (!isDown && drawing().close()) return;
      if (isDown) drawing().finish();
      else drawing().begin({ ...pen, pressure: 1 });
      isDown = !isDown;
    } else {
      if (event.key === "Escape") isDown = false;
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    show(pen);
  });

  const lift = () => {
    if (isDown) drawing().finish();
    isDown = false;
    show(null);
  };
  element.addEventListener("blur", lift);
  element.addEventListener("pointerdown", lift);
}
