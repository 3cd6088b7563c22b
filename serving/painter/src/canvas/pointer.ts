/** Mouse, pen and fingers on an element: one draws, two pinch, the middle button and wheel move. */

import type { BrushPoint, Point } from "../labels/stroke";

/** What the pointers ask for; points are in CSS pixels from the element's corner. */
export interface PointerActions {
  begin(point: BrushPoint): void;
  extend(points: BrushPoint[]): void;
  finish(): void;
  cancel(): void;
  /** The pointer is here and nothing is pressed; null = it has left. */
  hover(point: Point | null): void;
  pan(dx: number, dy: number): void;
  zoom(at: Point, factor: number): void;
  /** Whether a single pointer moves the map rather than draws. */
  pans(): boolean;
}

const MIDDLE_BUTTON = 1;
/** Wheel turns are in pixels, lines or pages; a notch is about 100 pixels. */
const WHEEL_UNITS = [1, 16, 100];

export function listenToPointers(element: HTMLElement, actions: PointerActions): void {
  const pointers = new Map<number, Point>();
  let mode: "none" | "draw" | "pan" | "pinch" = "none";
  let penId = -1;

  element.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "mouse" && event.button > MIDDLE_BUTTON) return;
    // A hand that rests beside the pen does not draw.
    if (mode === "draw" && event.pointerType === "touch" && pointers.has(penId)) return;
    event.preventDefault();
    element.focus({ preventScroll: true, focusVisible: false } as FocusOptions);
    element.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, place(element, event));
    if (event.pointerType === "pen") penId = event.pointerId;
    actions.hover(null);
    if (pointers.size > 1) {
      if (mode === "draw") actions.cancel();
      mode = "pinch";
    } else if (event.button === MIDDLE_BUTTON || actions.pans()) {
      mode = "pan";
    } else {
      mode = "draw";
      actions.begin(pressed(element, event));
    }
  });

  element.addEventListener("pointermove", (event) => {
    const before = pointers.get(event.pointerId);
    if (!before) {
      if (event.pointerType !== "touch") actions.hover(place(element, event));
      return;
    }
    const now = place(element, event);
    if (mode === "draw") {
      const events = event.getCoalescedEvents?.() ?? [];
      const moves = events.length > 0 ? events : [event];
      actions.extend(moves.map((move) => pressed(element, move)));
    } else if (mode === "pan") {
      actions.pan(now.x - before.x, now.y - before.y);
    } else if (mode === "pinch") {
      const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
      if (other) pinch(before, now, other);
    }
    pointers.set(event.pointerId, now);
  });

  /** Half of the way between two fingers moves as half of the finger's way. */
  function pinch(before: Point, now: Point, other: Point): void {
    const middle = { x: (before.x + other.x) / 2, y: (before.y + other.y) / 2 };
    const from = Math.hypot(before.x - other.x, before.y - other.y);
    const to = Math.hypot(now.x - other.x, now.y - other.y);
    // Zoomed in first, there is room to move.
    if (from > 0) actions.zoom(middle, to / from);
    actions.pan((now.x - before.x) / 2, (now.y - before.y) / 2);
  }

  const lift = (event: PointerEvent) => {
    if (!pointers.delete(event.pointerId)) return;
    if (event.pointerId === penId) penId = -1;
    if (mode === "draw") {
      if (event.type === "pointercancel") actions.cancel();
      else actions.finish();
    }
    // The finger that is left of two must not draw.
    if (pointers.size === 0 || mode === "draw") mode = "none";
  };
  element.addEventListener("pointerup", lift);
  element.addEventListener("pointercancel", lift);
  element.addEventListener("pointerleave", () => actions.hover(null));

  element.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const pixels = event.deltaY * (WHEEL_UNITS[event.deltaMode] ?? 1);
      actions.zoom(place(element, event), Math.exp(-pixels / (event.ctrlKey ? 100 : 400)));
    },
    { passive: false },
  );
  element.addEventListener("contextmenu", (event) => event.preventDefault());
}

function place(element: HTMLElement, event: MouseEvent): Point {
  const box = element.getBoundingClientRect();
  return { x: event.clientX - box.left, y: event.clientY - box.top };
}

function pressed(element: HTMLElement, event: PointerEvent): BrushPoint {
  // Only pens feel pressure; mice always report a half.
  const pressure = event.pointerType === "pen" && event.pressure > 0 ? event.pressure : 1;
  return { ...place(element, event), pressure };
}
