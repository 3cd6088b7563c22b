import { LabelMap } from "./label_map";
import { rasterise } from "./rasterise";
import type { Stroke } from "./stroke";

/** A map is kept after each so many strokes, so that no undo replays more than these. */
const KEYFRAME_EVERY = 8;

/** Strokes in order, and how many of them count now. The layout is nothing but their replay. */
export class History {
  private strokes: Stroke[] = [];
  private position = 0;
  /** The map before stroke 0, KEYFRAME_EVERY, ... */
  private keyframes: LabelMap[];
  private current: LabelMap;

  constructor(blank: LabelMap) {
    this.keyframes = [blank.copy()];
    this.current = blank.copy();
  }

  /** The layout as it is now: to be read, not to be written. */
  get map(): LabelMap {
    return this.current;
  }

  get canUndo(): boolean {
    return this.position > 0;
  }

  get canRedo(): boolean {
    return this.position < this.strokes.length;
  }

  /** The strokes that count now, oldest first. */
  get done(): readonly Stroke[] {
    return this.strokes.slice(0, this.position);
  }

  /** Adds a stroke. What was undone before is gone. */
  add(stroke: Stroke): void {
    this.strokes.length = this.position;
    this.keyframes.length = Math.floor(this.position / KEYFRAME_EVERY) + 1;
    this.strokes.push(stroke);
    this.forward();
  }

  undo(): boolean {
    if (!this.canUndo) return false;
    this.position--;
    const keyframe = Math.floor(this.position / KEYFRAME_EVERY);
    this.current = this.keyframes[keyframe]!.copy();
    for (let i = keyframe * KEYFRAME_EVERY; i < this.position; i++) {
      rasterise(this.current, this.strokes[i]!);
    }
    return true;
  }

  redo(): boolean {
    if (!this.canRedo) return false;
    this.forward();
    return true;
  }

  private forward(): void {
    // A new map, for whoever still reads the old one.
    this.current = this.current.copy();
    rasterise(this.current, this.strokes[this.position]!);
    this.position++;
    if (this.position % KEYFRAME_EVERY === 0) {
      this.keyframes[this.position / KEYFRAME_EVERY] = this.current.copy();
    }
  }
}
