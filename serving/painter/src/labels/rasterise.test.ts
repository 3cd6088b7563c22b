import { describe, expect, it } from "vitest";

import { LabelMap } from "./label_map";
import { rasterise, rasteriseBrush } from "./rasterise";
import type { BrushStroke, Stroke } from "./stroke";
import { chance, randomStroke } from "./testing";

function drawn(width: number, height: number, ...strokes: Stroke[]): string[] {
  const map = new LabelMap(width, height);
  for (const stroke of strokes) rasterise(map, stroke);
  return rows(map);
}

function rows(map: LabelMap): string[] {
  return Array.from({ length: map.height }, (_, row) =>
    [...map.ids.subarray(row * map.width, (row + 1) * map.width)].map((id) => id || ".").join(""),
  );
}

const dot = (x: number, y: number, diameter: number, pressure = 1): BrushStroke => ({
  kind: "brush",
  label: 7,
  diameter,
  points: [{ x, y, pressure }],
});

describe("brush", () => {
  it("paints the pixels whose centre is within the radius", () => {
    // Distances from (2.5, 2.5): 1 to the sides, 1.41 to the corners, 2 to the outer sides.
    expect(drawn(5, 5, dot(2.5, 2.5, 2))).toEqual([".....", "..7..", ".777.", "..7..", "....."]);
    expect(drawn(5, 5, dot(2.5, 2.5, 3))).toEqual([".....", ".777.", ".777.", ".777.", "....."]);
  });

  it("paints at least the pixel under it", () => {
    expect(drawn(3, 2, dot(1.01, 0.99, 0.1))).toEqual([".7.", "..."]);
  });

  it("is thinner under less pressure: a quarter of its diameter under none", () => {
    expect(drawn(5, 5, dot(2.5, 2.5, 8, 0))).toEqual(drawn(5, 5, dot(2.5, 2.5, 2)));
  });

  it("draws lines without gaps however far apart the points are", () => {
    const stroke = dot(0.5, 0.5, 1);
    stroke.points.push({ x: 5.5, y: 2.5, pressure: 1 });
    const map = new LabelMap(6, 3);
    rasterise(map, stroke);
    for (let column = 0; column < 6; column++) {
      expect([0, 1, 2].some((row) => map.ids[row * 6 + column] === 7)).toBe(true);
    }
  });

  it("drawn piece by piece is the same as drawn at once", () => {
    const random = chance(3);
    for (let i = 0; i < 50; i++) {
      const points = Array.from({ length: 12 }, () => ({
        x: random() * 40,
        y: random() * 40,
        pressure: random(),
      }));
      const whole: BrushStroke = { kind: "brush", label: 1, diameter: random() * 12, points };
      const atOnce = new LabelMap(40, 40);
      rasterise(atOnce, whole);
      const pieces = new LabelMap(40, 40);
      const growing: BrushStroke = { ...whole, points: [] };
      for (let end = 0; end < points.length; ) {
        const start = end;
        end = Math.min(points.length, end + 1 + Math.floor(random() * 4));
        growing.points.push(...points.slice(start, end));
        rasteriseBrush(pieces, growing, start);
      }
      expect(pieces.equals(atOnce)).toBe(true);
    }
  });
});

describe("rectangle", () => {
  it("covers every pixel it touches, whichever corner comes first", () => {
    const from = { x: 3.2, y: 2.1 };
    const to = { x: 1.9, y: 0.5 };
    const expected = [".777.", ".777.", ".777.", "....."];
    expect(drawn(5, 4, { kind: "rectangle", label: 7, from, to })).toEqual(expected);
    expect(drawn(5, 4, { kind: "rectangle", label: 7, from: to, to: from })).toEqual(expected);
  });

  it("is cut at the border", () => {
    const stroke: Stroke = { kind: "rectangle", label: 7, from: { x: -5, y: 1 }, to: { x: 2, y: 99 } };
    expect(drawn(3, 3, stroke)).toEqual(["...", "77.", "77."]);
    const outside: Stroke = { ...stroke, from: { x: 9, y: 9 }, to: { x: 5, y: 5 } };
    expect(drawn(3, 3, outside)).toEqual(["...", "...", "..."]);
  });
});

describe("polygon", () => {
  it("covers the pixels whose centre is inside", () => {
    const points = [
      { x: 0, y: 0 },
      { x: 4, y: 0 },
      { x: 0, y: 4 },
    ];
    // The centres (3.5, .5), (2.5, 1.5), ... lie on the long side itself, and do not count.
    expect(drawn(4, 4, { kind: "polygon", label: 7, points })).toEqual(["777.", "77..", "7...", "...."]);
  });

  it("leaves out what it goes round twice", () => {
    const points = [
      [0, 0],
      [5, 0],
      [5, 5],
      [0, 5],
      [0, 0],
      [1, 1],
      [4, 1],
      [4, 4],
      [1, 4],
      [1, 1],
    ].map(([x, y]) => ({ x: x!, y: y! }));
    expect(drawn(5, 5, { kind: "polygon", label: 7, points })).toEqual([
      "77777",
      "7...7",
      "7...7",
      "7...7",
      "77777",
    ]);
  });
});

describe("any strokes", () => {
  it("leave only ids that were drawn or there before", () => {
    const random = chance(1);
    for (let round = 0; round < 200; round++) {
      const labels = [3, 90, 254].slice(0, 1 + Math.floor(random() * 3));
      const map = new LabelMap(32, 32, undefined, 17);
      for (let i = 0; i < 12; i++) rasterise(map, randomStroke(random, 32, labels));
      for (const id of new Set(map.ids)) expect([17, ...labels]).toContain(id);
    }
  });

  it("only ever set pixels to their own label", () => {
    const random = chance(2);
    let changedInAll = 0;
    for (let round = 0; round < 200; round++) {
      const before = new LabelMap(32, 32, Uint8Array.from({ length: 1024 }, () => random() * 5));
      const after = before.copy();
      rasterise(after, randomStroke(random, 32, [99]));
      const changed = after.ids.filter((id, i) => id !== before.ids[i]);
      expect(changed.every((id) => id === 99)).toBe(true);
      changedInAll += changed.length;
    }
    expect(changedInAll).toBeGreaterThan(1000);
  });

  it("draw the same map when they are replayed from JSON", () => {
    const random = chance(5);
    const strokes = Array.from({ length: 30 }, () => randomStroke(random, 32, [1, 2, 3]));
    const replayed = JSON.parse(JSON.stringify(strokes)) as Stroke[];
    expect(drawn(32, 32, ...replayed)).toEqual(drawn(32, 32, ...strokes));
  });
});

describe("growing brush", () => {
  it("draws nothing when no point is new", () => {
    const map = new LabelMap(4, 4);
    rasteriseBrush(map, dot(2, 2, 4), 1);
    expect(rows(map)).toEqual(["....", "....", "....", "...."]);
  });
});
