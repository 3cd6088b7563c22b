import { describe, expect, it } from "vitest";

import { floodFill } from "./fill";
import { LabelMap } from "./label_map";
import { chance } from "./testing";

const mapOf = (...rows: string[]) =>
  new LabelMap(rows[0]!.length, rows.length, Uint8Array.from([...rows.join("")].map(Number)));

describe("floodFill", () => {
  it("stops at other classes and does not slip through corners", () => {
    const map = mapOf("0100", "1000", "0011");
    expect(floodFill(map, 3, 0, 7)).toBe(7);
    expect(map.equals(mapOf("0177", "1777", "7711"))).toBe(true);
  });

  it("does nothing with the same class or outside", () => {
    const map = mapOf("010");
    expect(floodFill(map, 1, 0, 1)).toBe(0);
    expect(floodFill(map, 3, 0, 1)).toBe(0);
    expect(floodFill(map, -1, 0, 1)).toBe(0);
    expect(map.equals(mapOf("010"))).toBe(true);
  });

  it("finds the same pixels as a plain search from neighbour to neighbour", () => {
    const random = chance(4);
    for (let round = 0; round < 300; round++) {
      const map = new LabelMap(11, 9, Uint8Array.from({ length: 99 }, () => random() * 2));
      const expected = map.copy();
      const start = Math.floor(random() * 99);
      const changed = plainFill(expected, start, 5);
      expect(floodFill(map, start % 11, Math.floor(start / 11), 5)).toBe(changed);
      expect(map.equals(expected)).toBe(true);
    }
  });

  it("fills a large map", () => {
    const map = new LabelMap(1024, 1024);
    expect(floodFill(map, 500, 500, 1)).toBe(1024 * 1024);
  });
});

function plainFill(map: LabelMap, start: number, label: number): number {
  const old = map.ids[start];
  const waiting = [start];
  let changed = 0;
  while (waiting.length > 0) {
    const i = waiting.pop()!;
    if (map.ids[i] !== old) continue;
    map.ids[i] = label;
    changed++;
    const column = i % map.width;
    if (column > 0) waiting.push(i - 1);
    if (column < map.width - 1) waiting.push(i + 1);
    waiting.push(i - map.width, i + map.width);
  }
  return changed;
}
