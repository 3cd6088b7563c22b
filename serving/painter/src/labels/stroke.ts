/** What was done to a layout, as data: strokes replayed in order give the same layout anywhere. */

/** In pixels of the label map; pixel (column, row) covers column..column+1 and row..row+1. */
export interface Point {
  x: number;
  y: number;
}

export interface BrushPoint extends Point {
  /** 0..1; devices that feel none say 1. */
  pressure: number;
}

export interface BrushStroke {
  kind: "brush";
  label: number;
  /** In pixels of the label map, at full pressure. */
  diameter: number;
  points: BrushPoint[];
}

/** Everything of the touched class that hangs together gets the new class. */
export interface FillStroke {
  kind: "fill";
  label: number;
  at: Point;
}

/** A closed outline; what it crosses twice lies outside. */
export interface PolygonStroke {
  kind: "polygon";
  label: number;
  points: Point[];
}

export interface RectangleStroke {
  kind: "rectangle";
  label: number;
  from: Point;
  to: Point;
}

/** A whole layout at once: a loaded file, an example, a cleared canvas. */
export interface LayoutStroke {
  kind: "layout";
  ids: Uint8Array;
}

export type Stroke = BrushStroke | FillStroke | PolygonStroke | RectangleStroke | LayoutStroke;

/** The width of a brush under some pressure: from a quarter to the whole of its diameter. */
export function pressedDiameter(diameter: number, pressure: number): number {
  return diameter * (0.25 + 0.75 * Math.min(1, Math.max(0, pressure)));
}
