import { describe, expect, it } from "vitest";

import { History } from "./history";
import { LabelMap } from "./label_map";
import { rasterise } from "./rasterise";
import type { Stroke } from "./stroke";
import { chance, randomStroke } from "./testing";

const SIZE = 24;

describe("History", () => {
  it("takes strokes back and does them again, exactly", () => {
    const random = chance(8);
    const history = new History(new LabelMap(SIZE, SIZE, undefined, 2));
    const maps = [history.map.copy()];
    for (let i = 0; i < 40; i++) {
      history.add(randomStroke(random, SIZE, [0, 1, 2, 3]));
      maps.push(history.map.copy());
    }
    let now = 40;
    for (let i = 0; i < 400; i++) {
      const back = random() < 0.5;
      const moved = back ? history.undo() : history.redo();
      expect(moved).toBe(back ? now > 0 : now < 40);
      if (moved) now += back ? -1 : 1;
      expect(history.map.equals(maps[now]!)).toBe(true);
      expect(history.done.length).toBe(now);
    }
  });

  it("forgets what was undone once something else is drawn", () => {
    const random = chance(9);
    const history = new History(new LabelMap(SIZE, SIZE));
    const done: Stroke[] = [];
    for (let i = 0; i < 200; i++) {
      if (random() < 0.4 && history.undo()) {
        done.pop();
      } else {
        const stroke = randomStroke(random, SIZE, [1, 2, 3]);
        history.add(stroke);
        done.push(stroke);
        expect(history.canRedo).toBe(false);
        expect(history.redo()).toBe(false);
      }
      const replayed = new LabelMap(SIZE, SIZE);
      for (const stroke of done) rasterise(replayed, stroke);
      expect(history.map.equals(replayed)).toBe(true);
    }
  });

  it("undoes a loaded layout like a stroke", () => {
    const history = new History(new LabelMap(2, 1));
    history.add({ kind: "layout", ids: Uint8Array.of(4, 5) });
    expect([...history.map.ids]).toEqual([4, 5]);
    expect(history.undo()).toBe(true);
    expect([...history.map.ids]).toEqual([0, 0]);
    expect(history.undo()).toBe(false);
  });

  it("never writes into a map that it has given out", () => {
    const history = new History(new LabelMap(2, 2));
    const before = history.map;
    history.add({ kind: "fill", label: 1, at: { x: 0, y: 0 } });
    expect([...before.ids]).toEqual([0, 0, 0, 0]);
  });
});
