import type { LabelMap } from "./label_map";

/**
 * Gives a pixel, and all of its class that hang together with it by their sides, another class.
 * Returns how many pixels changed.
 */
export function floodFill(map: LabelMap, column: number, row: number, label: number): number {
  const { ids, width, height } = map;
  if (!map.contains(column, row)) return 0;
  const old = ids[row * width + column]!;
  if (old === label) return 0;

  let changed = 0;
  const seeds = [row * width + column];
  while (seeds.length > 0) {
    const seed = seeds.pop()!;
    if (ids[seed] !== old) continue;
    const start = seed - (seed % width);
    let left = seed;
    let right = seed;
    while (left > start && ids[left - 1] === old) left--;
    while (right < start + width - 1 && ids[right + 1] === old) right++;
    ids.fill(label, left, right + 1);
    changed += right + 1 - left;
    if (start > 0) addRuns(left - width, right - width);
    if (start + width < width * height) addRuns(left + width, right + width);
  }
  return changed;

  /** One seed for each run of the old class between two pixels of a row. */
  function addRuns(from: number, to: number): void {
    for (let i = from; i <= to; i++) {
      if (ids[i] === old && (i === from || ids[i - 1] !== old)) seeds.push(i);
    }
  }
}
