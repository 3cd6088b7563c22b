import { describe, expect, it } from "vitest";

import { View } from "./view";

const frame = { width: 400, height: 200 };

describe("View", () => {
  it("shows the whole map in the middle", () => {
    const view = new View(100, 100);
    expect(view.placement(frame)).toEqual({ scale: 2, x: 100, y: 0 });
    expect(view.toMap(frame, { x: 200, y: 100 })).toEqual({ x: 50, y: 50 });
  });

  it("keeps the point under the fingers when it zooms", () => {
    const view = new View(100, 100);
    view.zoomAt(frame, { x: 180, y: 110 }, 3);
    expect(view.toMap(frame, { x: 180, y: 110 }).x).toBeCloseTo(40);
    expect(view.toMap(frame, { x: 180, y: 110 }).y).toBeCloseTo(55);
    expect(view.placement(frame).scale).toBeCloseTo(6);
  });

  it("follows a finger, but never past the border", () => {
    const view = new View(100, 100);
    view.zoomAt(frame, { x: 200, y: 100 }, 2);
    view.pan(frame, -40, 0);
    expect(view.centre.x).toBeCloseTo(0.6);
    view.pan(frame, -4000, 4000);
    expect(view.centre).toEqual({ x: 0.75, y: 0.25 });
  });

  it("comes back to the middle when it is zoomed out", () => {
    const view = new View(100, 100);
    view.zoomAt(frame, { x: 100, y: 0 }, 8);
    view.zoomAt(frame, { x: 300, y: 200 }, 0.001);
    expect(view.zoom).toBe(1);
    expect(view.centre).toEqual({ x: 0.5, y: 0.5 });
  });
});
