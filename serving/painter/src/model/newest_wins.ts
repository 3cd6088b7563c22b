/** Paints the newest request; those that came while an older one was painted are passed over. */

import type { Painted, PaintingModel, PaintRequest } from "./types";

export class NewestWins {
  #busy = false;
  #waiting: PaintRequest | null = null;

  constructor(
    private readonly model: Pick<PaintingModel, "paint">,
    private readonly onPainted: (painted: Painted, request: PaintRequest) => void,
    private readonly onError: (error: unknown) => void,
  ) {}

  /** Paints it as soon as the one that is being painted is done, unless a newer one comes. */
  request(request: PaintRequest): void {
    this.#waiting = request;
    if (!this.#busy) void this.#paintWaiting();
  }

  async #paintWaiting(): Promise<void> {
    this.#busy = true;
    while (this.#waiting) {
      const request = this.#waiting;
      this.#waiting = null;
      try {
        this.onPainted(await this.model.paint(request), request);
      } catch (error) {
        this.onError(error);
      }
    }
    this.#busy = false;
  }
}
