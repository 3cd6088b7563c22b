/** The class of each pixel, row after row. */
export class LabelMap {
  readonly ids: Uint8Array;

  /** `ids` is kept, not copied; without it every pixel has the class `fill`. */
  constructor(
    readonly width: number,
    readonly height: number,
    ids?: Uint8Array,
    fill = 0,
  ) {
    if (ids && ids.length !== width * height) {
      throw new RangeError(`${ids.length} ids for ${width}x${height} pixels`);
    }
    this.ids = ids ?? new Uint8Array(width * height).fill(fill);
  }

  copy(): LabelMap {
    return new LabelMap(this.width, this.height, this.ids.slice());
  }

  contains(column: number, row: number): boolean {
    return column >= 0 && row >= 0 && column < this.width && row < this.height;
  }

  /** The class of the pixel under a point, or undefined outside. */
  at(x: number, y: number): number | undefined {
    const column = Math.floor(x);
    const row = Math.floor(y);
    return this.contains(column, row) ? this.ids[row * this.width + column] : undefined;
  }

  equals(other: LabelMap): boolean {
    return (
      this.width === other.width &&
      this.height === other.height &&
      this.ids.every((id, i) => id === other.ids[i])
    );
  }

  /** The nearest pixels of this map at another size: ids are never mixed. */
  resized(width: number, height: number): LabelMap {
    if (width === this.width && height === this.height) return this.copy();
    const result = new LabelMap(width, height);
    const columns = nearest(this.width, width);
    const rows = nearest(this.height, height);
    for (let row = 0, i = 0; row < height; row++) {
      const start = rows[row]! * this.width;
      for (let column = 0; column < width; column++) {
        result.ids[i++] = this.ids[start + columns[column]!]!;
      }
    }
    return result;
  }
}

/** For each new pixel the old one that its centre lies in. */
function nearest(old: number, size: number): number[] {
  return Array.from({ length: size }, (_, i) => Math.floor(((i + 0.5) * old) / size));
}
