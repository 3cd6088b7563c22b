/** From the drawing to pictures: the large one at once, the small ones when nothing else is to do. */

import { NewestWins } from "../model/newest_wins";
import type { Painted, PaintingModel, PaintRequest } from "../model/types";
import type { Thumbnail } from "./thumbnail";

export interface PaintingSource {
  labels(): Uint8Array;
  style(): Float32Array | undefined;
  /** The small pictures that are in sight. */
  thumbnails(): readonly Thumbnail[];
}

export interface PaintingEvents {
  /** `latency` runs from the change to the picture, in milliseconds. */
  painted(image: ImageData, latency: number): void;
  failed(error: unknown): void;
}

/** How long nothing must have been drawn before small pictures are painted, in milliseconds. */
const PAUSE = 400;
/** Models slower than this would keep the next stroke waiting; in milliseconds. */
const TOO_SLOW = 1500;

export class Painting {
  private readonly queue: NewestWins;
  private readonly since = new WeakMap<PaintRequest, number>();
  private newest: PaintRequest | null = null;
  private isScheduled = false;
  private isStopped = false;
  private timer = 0;
  private round = 0;
  /** The model's best time so far: later ones may have waited for each other. */
  private fastest = Infinity;

  constructor(
    private readonly model: PaintingModel,
    private readonly source: PaintingSource,
    private readonly events: PaintingEvents,
  ) {
    this.queue = new NewestWins(
      model,
      (painted, request) => this.painted(painted, request),
      (error) => this.isStopped || events.failed(error),
    );
  }

  /** Something has changed: paints at the next frame. */
  invalidate(): void {
    if (this.isScheduled || this.isStopped) return;
    this.isScheduled = true;
    this.postponeThumbnails();
    const changed = performance.now();
    requestAnimationFrame(() => {
      this.isScheduled = false;
      if (this.isStopped) return;
      const request = this.request(this.source.style());
      this.newest = request;
      this.since.set(request, changed);
      this.queue.request(request);
    });
  }

  /** Paints the small pictures anew, soon. */
  refreshThumbnails(): void {
    this.postponeThumbnails();
    this.timer = window.setTimeout(() => void this.paintThumbnails(), PAUSE);
  }

  stop(): void {
    this.isStopped = true;
    this.postponeThumbnails();
  }

  private painted(painted: Painted, request: PaintRequest): void {
    if (this.isStopped) return;
    this.fastest = Math.min(this.fastest, painted.milliseconds);
    this.events.painted(painted.image, performance.now() - this.since.get(request)!);
    if (request === this.newest && !this.isScheduled) this.refreshThumbnails();
  }

  private postponeThumbnails(): void {
    window.clearTimeout(this.timer);
    this.round++;
  }

  private async paintThumbnails(): Promise<void> {
    if (this.fastest > TOO_SLOW) return;
    const round = this.round;
    for (const thumbnail of this.source.thumbnails()) {
      try {
        const { image } = await this.model.paint(this.request(thumbnail.z));
        if (this.round !== round) return;
        thumbnail.draw(image);
      } catch (error) {
        if (this.round === round) this.events.failed(error);
        return;
      }
    }
  }

  private request(z: Float32Array | undefined): PaintRequest {
    // Copies: the drawing goes on while the model paints.
    const labels = this.source.labels().slice();
    return z ? { labels, z: z.slice() } : { labels };
  }
}
