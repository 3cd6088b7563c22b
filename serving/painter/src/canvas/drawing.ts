/** From the moves of a pen, by the chosen tool, to strokes. No DOM: points come in map pixels. */

import { History } from "../labels/history";
import type { LabelMap } from "../labels/label_map";
import { rasterise, rasteriseBrush } from "../labels/rasterise";
import type { BrushPoint, Point, Stroke } from "../labels/stroke";

export type Tool = "brush" | "fill" | "lasso" | "rectangle" | "eraser" | "picker" | "pan";

/** What the user has chosen. */
export interface Pen {
  tool: Tool;
  /** The class drawn. */
  label: number;
  /** The class that the eraser leaves. */
  background: number;
  /** In pixels of the map. */
  diameter: number;
}

/** Told when something has happened. */
export interface DrawingEvents {
  changed(): void;
  picked(label: number): void;
}

/** Moves shorter than this many map pixels are a click. */
const CLICK = 1.5;

export class Drawing {
  private history: History;
  private live: LabelMap | null = null;
  private stroke: Stroke | null = null;
  private start: Point | null = null;
  /** The corners of a polygon that is being clicked together. */
  private corners: Point[] = [];

  constructor(
    blank: LabelMap,
    readonly pen: Pen,
    private readonly events: DrawingEvents,
  ) {
    this.history = new History(blank);
  }

  /** The layout as it is seen now, with the stroke that is being drawn. */
  get map(): LabelMap {
    return this.live ?? this.history.map;
  }

  get isDrawing(): boolean {
    return this.start !== null;
  }

  /** An outline that is not closed yet. */
  get outline(): readonly Point[] {
    if (this.corners.length > 0) return this.corners;
    return this.stroke?.kind === "polygon" ? this.stroke.points : [];
  }

  get canUndo(): boolean {
    return this.history.canUndo;
  }

  get canRedo(): boolean {
    return this.history.canRedo;
  }

  /** The pen touches the canvas. */
  begin(point: BrushPoint): void {
    const { tool, label, background, diameter } = this.pen;
    this.start = point;
    if (tool === "picker") this.pick(point);
    else if (tool === "fill") this.show({ kind: "fill", label, at: point });
    else if (tool === "rectangle") this.show({ kind: "rectangle", label, from: point, to: point });
    else if (tool === "lasso") this.show({ kind: "polygon", label, points: [point] });
    else if (tool === "brush" || tool === "eraser") {
      this.show({
        kind: "brush",
        label: tool === "eraser" ? background : label,
        diameter,
        points: [point],
      });
    }
  }

  /** The pen moves while it touches. */
  extend(points: readonly BrushPoint[]): void {
    const last = points.at(-1);
    if (!this.start || !last) return;
    const stroke = this.stroke;
    if (stroke?.kind === "brush") {
      const first = stroke.points.length;
      stroke.points.push(...points);
      rasteriseBrush(this.live!, stroke, first);
      this.events.changed();
    } else if (stroke?.kind === "rectangle") {
      this.show({ ...stroke, to: last });
    } else if (stroke?.kind === "polygon") {
      this.show({ ...stroke, points: [...stroke.points, ...points] });
    } else if (this.pen.tool === "picker") {
      this.pick(last);
    }
  }

  /** The pen is lifted. */
  finish(): void {
    const stroke = this.stroke;
    const start = this.start;
    this.stroke = null;
    this.start = null;
    this.live = null;
    if (!stroke || !start) return;
    if (stroke.kind === "polygon" && (this.corners.length > 0 || isClick(stroke.points))) {
      this.addCorner(stroke.points.at(-1)!);
      return;
    }
    this.history.add(stroke);
    this.events.changed();
  }

  /** Forgets the stroke that is being drawn. */
  cancel(): void {
    const isSeen = this.stroke !== null || this.corners.length > 0;
    this.stroke = null;
    this.start = null;
    this.live = null;
    this.corners = [];
    if (isSeen) this.events.changed();
  }

  /** Closes a polygon that is being clicked together. Returns whether there was one. */
  close(): boolean {
    const points = this.corners;
    if (points.length === 0) return false;
    this.corners = [];
    if (points.length > 2) this.history.add({ kind: "polygon", label: this.pen.label, points });
    this.events.changed();
    return true;
  }

  undo(): void {
    if (this.corners.length > 0) this.corners.pop();
    else if (this.isDrawing || !this.history.undo()) return;
    this.events.changed();
  }

  redo(): void {
    if (!this.isDrawing && this.history.redo()) this.events.changed();
  }

  /** Puts a whole layout in the place of this one; it can be undone. */
  load(map: LabelMap): void {
    const { width, height } = this.history.map;
    this.cancel();
    this.history.add({ kind: "layout", ids: map.resized(width, height).ids });
    this.events.changed();
  }

  /** Begins anew from a layout: there is nothing to undo. */
  restart(map: LabelMap): void {
    const { width, height } = this.history.map;
    this.cancel();
    this.history = new History(map.resized(width, height));
    this.events.changed();
  }

  private pick(point: Point): void {
    const label = this.map.at(point.x, point.y);
    if (label !== undefined) this.events.picked(label);
  }

  private show(stroke: Stroke): void {
    this.stroke = stroke;
    this.live = this.history.map.copy();
    // A polygon's single points would look like a loss of what is below them.
    if (stroke.kind !== "polygon" || !isClick(stroke.points)) rasterise(this.live, stroke);
    this.events.changed();
  }

  private addCorner(point: Point): void {
    const closes = [this.corners[0], this.corners.at(-1)];
    if (closes.some((corner) => corner && isClick([corner, point]))) {
      this.close();
      return;
    }
    this.corners.push(point);
    this.events.changed();
  }
}

function isClick(points: readonly Point[]): boolean {
  const first = points[0]!;
  return points.every((point) => Math.hypot(point.x - first.x, point.y - first.y) < CLICK);
}
