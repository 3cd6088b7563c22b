import { describe, expect, it } from "vitest";

import { LabelMap } from "./label_map";
import { chance } from "./testing";

describe("LabelMap", () => {
  it("says the class under a point", () => {
    const map = new LabelMap(2, 2, Uint8Array.of(1, 2, 3, 4));
    expect(map.at(1.9, 0.1)).toBe(2);
    expect(map.at(0, 1)).toBe(3);
    expect(map.at(2, 0)).toBeUndefined();
    expect(map.at(-0.1, 0)).toBeUndefined();
  });

  it("takes the nearest pixels at another size", () => {
    const map = new LabelMap(4, 2, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8));
    // The centres of two columns are at 1 and 3 of four; of one row at 1 of two.
    expect([...map.resized(2, 1).ids]).toEqual([6, 8]);
    expect([...map.resized(8, 2).ids.subarray(0, 8)]).toEqual([1, 1, 2, 2, 3, 3, 4, 4]);
  });

  it("never mixes ids, at any size", () => {
    const random = chance(6);
    for (let round = 0; round < 100; round++) {
      const size = () => 1 + Math.floor(random() * 40);
      const [width, height] = [size(), size()];
      const ids = Uint8Array.from({ length: width * height }, () => (random() < 0.5 ? 10 : 200));
      const resized = new LabelMap(width, height, ids).resized(size(), size());
      for (const id of new Set(resized.ids)) expect([10, 200]).toContain(id);
    }
  });

  it("refuses ids of another size", () => {
    expect(() => new LabelMap(2, 2, new Uint8Array(3))).toThrow("3 ids for 2x2 pixels");
  });
});
