import type { Point } from "../labels/stroke";

const MAX_ZOOM = 24;

/** Which part of the map is seen: the same part in every frame, whatever the frame's size. */
export class View {
  /** 1 = the whole map just fits. */
  zoom = 1;
  /** What lies in the middle of the frame, as a share (0..1) of the map's width and height. */
  centre: Point = { x: 0.5, y: 0.5 };

  /** Sizes are in pixels of the map. */
  constructor(
    private readonly width: number,
    private readonly height: number,
  ) {}

  reset(): void {
    this.zoom = 1;
    this.centre = { x: 0.5, y: 0.5 };
  }

  /** Where the map lies in a frame: its left upper corner and the frame's pixels for one of it. */
  placement(frame: Frame): { scale: number; x: number; y: number } {
    const scale = Math.min(frame.width / this.width, frame.height / this.height) * this.zoom;
    return {
      scale,
      x: frame.width / 2 - this.centre.x * this.width * scale,
      y: frame.height / 2 - this.centre.y * this.height * scale,
    };
  }

  /** The point of the map under a point of the frame. */
  toMap(frame: Frame, at: Point): Point {
    const { scale, x, y } = this.placement(frame);
    return { x: (at.x - x) / scale, y: (at.y - y) / scale };
  }

  /** Zooms so that what was under a point of the frame stays there. */
  zoomAt(frame: Frame, at: Point, factor: number): void {
    const before = this.toMap(frame, at);
    this.zoom = Math.min(MAX_ZOOM, Math.max(1, this.zoom * factor));
    const after = this.toMap(frame, at);
    this.move(before.x - after.x, before.y - after.y);
  }

  /** Moves the map along with a finger; in pixels of the frame. */
  pan(frame: Frame, dx: number, dy: number): void {
    const { scale } = this.placement(frame);
    this.move(-dx / scale, -dy / scale);
  }

  private move(columns: number, rows: number): void {
    const margin = 0.5 / this.zoom;
    const inside = (share: number) => Math.min(1 - margin, Math.max(margin, share));
    this.centre = {
      x: inside(this.centre.x + columns / this.width),
      y: inside(this.centre.y + rows / this.height),
    };
  }
}

/** The size of the element that shows the map, in CSS pixels. */
export interface Frame {
  width: number;
  height: number;
}
