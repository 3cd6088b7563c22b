import { describe, expect, it } from "vitest";

import { LabelMap } from "../labels/label_map";
import { Drawing } from "./drawing";
import type { Tool } from "./drawing";

const at = (x: number, y: number) => ({ x, y, pressure: 1 });

function start(tool: Tool) {
  const picked: number[] = [];
  const drawing = new Drawing(
    new LabelMap(12, 12, undefined, 4),
    { tool, label: 7, background: 1, diameter: 3 },
    { changed: () => undefined, picked: (label) => picked.push(label) },
  );
  const drag = (...points: { x: number; y: number; pressure: number }[]) => {
    drawing.begin(points[0]!);
    drawing.extend(points.slice(1));
    drawing.finish();
  };
  return { drawing, drag, picked };
}

const count = (drawing: Drawing, label: number) => drawing.map.ids.filter((id) => id === label).length;

describe("Drawing", () => {
  it("shows a stroke while it is drawn, and takes it back as one", () => {
    const { drawing } = start("brush");
    drawing.begin(at(2.5, 2.5));
    expect(count(drawing, 7)).toBe(9);
    drawing.extend([at(5.5, 2.5), at(8.5, 2.5)]);
    expect(count(drawing, 7)).toBe(27);
    drawing.finish();
    expect(count(drawing, 7)).toBe(27);
    drawing.undo();
    expect(count(drawing, 7)).toBe(0);
    drawing.redo();
    expect(count(drawing, 7)).toBe(27);
  });

  it("leaves nothing of a stroke that is cancelled", () => {
    const { drawing } = start("brush");
    drawing.begin(at(2.5, 2.5));
    drawing.cancel();
    expect(count(drawing, 7)).toBe(0);
    expect(drawing.canUndo).toBe(false);
  });

  it("erases with the background", () => {
    const { drawing, drag } = start("eraser");
    drag(at(2.5, 2.5));
    expect(count(drawing, 1)).toBe(9);
  });

  it("grows and shrinks a rectangle under the pen", () => {
    const { drawing } = start("rectangle");
    drawing.begin(at(2, 2));
    drawing.extend([at(10, 10)]);
    expect(count(drawing, 7)).toBe(64);
    drawing.extend([at(4, 4)]);
    drawing.finish();
    expect(count(drawing, 7)).toBe(4);
  });

  it("fills, and picks", () => {
    const { drawing, drag, picked } = start("fill");
    drag(at(2, 2));
    expect(count(drawing, 7)).toBe(144);
    drawing.pen.tool = "picker";
    drag(at(2, 2), at(50, 2));
    expect(picked).toEqual([7]);
  });

  it("closes a lasso when the pen is lifted", () => {
    const { drawing, drag } = start("lasso");
    drag(at(1, 1), at(9, 1), at(9, 9), at(1, 9));
    expect(count(drawing, 7)).toBe(64);
    expect(drawing.outline).toEqual([]);
  });

  it("clicks a polygon together, until its first corner is met again", () => {
    const { drawing, drag } = start("lasso");
    drag(at(1, 1));
    drag(at(9, 1));
    drag(at(9, 9));
    expect(drawing.outline.length).toBe(3);
    drag(at(1, 9));
    expect(count(drawing, 7)).toBe(0);
    drag(at(1.5, 1.2));
    expect(count(drawing, 7)).toBe(64);
    expect(drawing.outline).toEqual([]);
    drawing.undo();
    expect(count(drawing, 7)).toBe(0);
  });

  it("takes corners back one by one", () => {
    const { drawing, drag } = start("lasso");
    drag(at(1, 1));
    drag(at(9, 1));
    drawing.undo();
    expect(drawing.outline.length).toBe(1);
  });

  it("loads a layout of another size, and takes that back", () => {
    const { drawing } = start("brush");
    drawing.load(new LabelMap(6, 6, undefined, 2));
    expect(count(drawing, 2)).toBe(144);
    drawing.undo();
    expect(count(drawing, 4)).toBe(144);
  });

  it("starts anew from a layout with nothing to undo", () => {
    const { drawing, drag } = start("brush");
    drag(at(2, 2));
    drawing.restart(new LabelMap(12, 12, undefined, 2));
    expect(count(drawing, 2)).toBe(144);
    expect(drawing.canUndo).toBe(false);
  });

  it("draws nothing with the pan tool", () => {
    const { drawing, drag } = start("pan");
    drag(at(2, 2), at(9, 9));
    expect(drawing.canUndo).toBe(false);
  });
});
