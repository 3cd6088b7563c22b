/** Asks the worker, and waits for its answers. */

import type { Answers, Numbered, Reply, Request } from "./messages";

/** Why the worker could not answer; `log` is what LiteRT reported as errors meanwhile. */
export class WorkerError extends Error {
  constructor(
    message: string,
    readonly log: string,
  ) {
    super(message);
  }
}

interface Waiting {
  resolve(value: Answers[keyof Answers]): void;
  reject(error: Error): void;
}

export class WorkerLink {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;

  constructor(script: URL) {
    this.#worker = new Worker(script);
    this.#worker.onmessage = ({ data }: MessageEvent<Reply>) => this.#settle(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      const error = new WorkerError(event.message || "its script could not be loaded", "");
      for (const { reject } of this.#waiting.values()) reject(error);
      this.#waiting.clear();
    };
  }

  /** The worker's answer. Rejects with a WorkerError. */
  ask<R extends Request>(request: R, transfer: Transferable[] = []): Promise<Answers[R["kind"]]> {
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as Waiting["resolve"], reject });
      this.#worker.postMessage({ id, request } satisfies Numbered, transfer);
    });
  }

  /** Ends the worker. Answers that are still awaited never come. */
  close(): void {
    this.#worker.terminate();
    this.#waiting.clear();
  }

  #settle(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if ("error" in reply) waiting?.reject(new WorkerError(reply.error, reply.log));
    else waiting?.resolve(reply.value);
  }
}
