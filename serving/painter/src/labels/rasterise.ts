/** Strokes to pixels. A pixel gets a class or keeps its own: nothing is smoothed, nothing blends. */

import { floodFill } from "./fill";
import type { LabelMap } from "./label_map";
import { pressedDiameter } from "./stroke";
import type { BrushPoint, BrushStroke, Point, Stroke } from "./stroke";

/** Draws a stroke into a map. */
export function rasterise(map: LabelMap, stroke: Stroke): void {
  switch (stroke.kind) {
    case "brush":
      return rasteriseBrush(map, stroke);
    case "fill":
      floodFill(map, Math.floor(stroke.at.x), Math.floor(stroke.at.y), stroke.label);
      return;
    case "polygon":
      return rasterisePolygon(map, stroke.points, stroke.label);
    case "rectangle":
      return rasteriseRectangle(map, stroke.from, stroke.to, stroke.label);
    case "layout":
      map.ids.set(stroke.ids);
  }
}

/**
 * Draws a brush stroke from one of its points on: a stroke that grows is drawn piece by piece, with
 * the same pixels as the whole stroke at once.
 */
export function rasteriseBrush(map: LabelMap, stroke: BrushStroke, firstPoint = 0): void {
  const { points, diameter, label } = stroke;
  for (let i = firstPoint; i < points.length; i++) {
    const from = points[Math.max(0, i - 1)]!;
    const to = points[i]!;
    rasteriseSegment(map, from, to, diameter, label);
    rasteriseLine(map, from, to, label);
  }
}

/** Pixels whose centre is nearer to the segment than the brush's radius there. */
function rasteriseSegment(
  map: LabelMap,
  from: BrushPoint,
  to: BrushPoint,
  diameter: number,
  label: number,
): void {
  const r0 = pressedDiameter(diameter, from.pressure) / 2;
  const r1 = pressedDiameter(diameter, to.pressure) / 2;
  const reach = Math.max(r0, r1);
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const length2 = dx * dx + dy * dy;
  const left = Math.max(0, Math.floor(Math.min(from.x, to.x) - reach));
  const right = Math.min(map.width - 1, Math.floor(Math.max(from.x, to.x) + reach));
  const top = Math.max(0, Math.floor(Math.min(from.y, to.y) - reach));
  const bottom = Math.min(map.height - 1, Math.floor(Math.max(from.y, to.y) + reach));
  for (let row = top; row <= bottom; row++) {
    const py = row + 0.5 - from.y;
    for (let column = left; column <= right; column++) {
      const px = column + 0.5 - from.x;
      const along = length2 > 0 ? clamp((px * dx + py * dy) / length2, 0, 1) : 0;
      const x = px - along * dx;
      const y = py - along * dy;
      const radius = r0 + along * (r1 - r0);
      if (x * x + y * y <= radius * radius) map.ids[row * map.width + column] = label;
    }
  }
}

/** The pixels under the line itself, so that no brush is too thin to be seen or leaves gaps. */
function rasteriseLine(map: LabelMap, from: Point, to: Point, label: number): void {
  const steps = Math.ceil(Math.max(Math.abs(to.x - from.x), Math.abs(to.y - from.y)));
  for (let i = 0; i <= steps; i++) {
    const along = steps > 0 ? i / steps : 0;
    const column = Math.floor(from.x + along * (to.x - from.x));
    const row = Math.floor(from.y + along * (to.y - from.y));
    if (map.contains(column, row)) map.ids[row * map.width + column] = label;
  }
}

/** Pixels whose centre lies inside the outline, by the even-odd rule. */
function rasterisePolygon(map: LabelMap, points: readonly Point[], label: number): void {
  for (let row = 0; row < map.height; row++) {
    const y = row + 0.5;
    const crossings: number[] = [];
    points.forEach((a, i) => {
      const b = points[(i + 1) % points.length]!;
      if (a.y <= y !== b.y <= y) crossings.push(a.x + ((y - a.y) * (b.x - a.x)) / (b.y - a.y));
    });
    crossings.sort((a, b) => a - b);
    for (let i = 0; i + 1 < crossings.length; i += 2) {
      const first = clamp(Math.ceil(crossings[i]! - 0.5), 0, map.width);
      const end = clamp(Math.ceil(crossings[i + 1]! - 0.5), 0, map.width);
      map.ids.fill(label, row * map.width + first, row * map.width + end);
    }
  }
}

/** Every pixel that the rectangle touches. */
function rasteriseRectangle(map: LabelMap, from: Point, to: Point, label: number): void {
  const left = clamp(Math.floor(Math.min(from.x, to.x)), 0, map.width);
  const right = clamp(Math.ceil(Math.max(from.x, to.x)), 0, map.width);
  const top = clamp(Math.floor(Math.min(from.y, to.y)), 0, map.height);
  const bottom = clamp(Math.ceil(Math.max(from.y, to.y)), 0, map.height);
  if (right <= left) return;
  for (let row = top; row < bottom; row++) {
    map.ids.fill(label, row * map.width + left, row * map.width + right);
  }
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
