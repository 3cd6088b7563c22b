import { describe, expect, it } from "vitest";

import { chance } from "../labels/testing";
import { blendStyles, randomStyle } from "./style_blend";

const variance = (values: Float32Array) => values.reduce((sum, v) => sum + v * v, 0) / values.length;

describe("randomStyle", () => {
  it("draws normal numbers", () => {
    const style = randomStyle(20000, chance(1));
    // The variance of 20000 draws differs from 1 by about sqrt(2 / 20000) = 0.01.
    expect(variance(style)).toBeCloseTo(1, 1);
    expect(style.reduce((sum, v) => sum + v, 0) / 20000).toBeCloseTo(0, 1);
    expect(style.every(Number.isFinite)).toBe(true);
  });
});

describe("blendStyles", () => {
  const corners = [1, 2, 3, 4].map((seed) => randomStyle(20000, chance(seed)));

  it("is each corner's style in that corner", () => {
    expect(blendStyles(corners, 0, 0)).toEqual(corners[0]);
    expect(blendStyles(corners, 1, 0)).toEqual(corners[1]);
    expect(blendStyles(corners, 0, 1)).toEqual(corners[2]);
    expect(blendStyles(corners, 1, 1)).toEqual(corners[3]);
  });

  it("is as typical between them", () => {
    expect(variance(blendStyles(corners, 0.5, 0.5))).toBeCloseTo(1, 1);
    expect(variance(blendStyles(corners, 0.1, 0.7))).toBeCloseTo(1, 1);
  });

  it("weighs by nearness", () => {
    const units = [0, 1, 2, 3].map((c) => Float32Array.from({ length: 4 }, (_, i) => +(i === c)));
    // Weights 0.375, 0.125, 0.375, 0.125, whose root of squares is 0.5590.
    const blend = blendStyles(units, 0.25, 0.5);
    [0.6708, 0.2236, 0.6708, 0.2236].forEach((value, i) => expect(blend[i]).toBeCloseTo(value, 4));
  });
});
