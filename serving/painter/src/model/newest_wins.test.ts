import { expect, test } from "vitest";
import { NewestWins } from "./newest_wins";
import type { Painted, PaintRequest } from "./types";

/** A model whose pictures are finished by hand. */
function slowModel() {
  const started: { request: PaintRequest; done(p: Painted): void; fail(e: Error): void }[] = [];
  const paint = (request: PaintRequest) =>
    new Promise<Painted>((done, fail) => started.push({ request, done, fail }));
  return { started, paint };
}

const request = (id: number): PaintRequest => ({ labels: Uint8Array.of(id) });
const picture = { milliseconds: 1 } as Painted;
const turn = () => new Promise((resolve) => setTimeout(resolve));

test("paints one at a time, and of those that wait the newest only", async () => {
  const model = slowModel();
  const painted: PaintRequest[] = [];
  const queue = new NewestWins(model, (_, which) => painted.push(which), () => {});
  const [first, second, third] = [request(1), request(2), request(3)];
  for (const each of [first, second, third]) queue.request(each);
  expect(model.started.map(({ request }) => request)).toEqual([first]);
  model.started[0]!.done(picture);
  await turn();
  expect(model.started.map(({ request }) => request)).toEqual([first, third]);
  model.started[1]!.done(picture);
  await turn();
  expect(painted).toEqual([first, third]);
  queue.request(second);
  expect(model.started).toHaveLength(3);
});

test("goes on after an error", async () => {
  const model = slowModel();
  const errors: unknown[] = [];
  const queue = new NewestWins(model, () => {}, (error) => errors.push(error));
  queue.request(request(1));
  queue.request(request(2));
  model.started[0]!.fail(new Error("no"));
  await turn();
  expect(errors).toEqual([new Error("no")]);
  expect(model.started).toHaveLength(2);
});

test("a listener that fails is told of, and the next is painted", async () => {
  const model = slowModel();
  const errors: unknown[] = [];
  const fail = () => {
    throw new Error("the canvas is gone");
  };
  const queue = new NewestWins(model, fail, (error) => errors.push(error));
  queue.request(request(1));
  model.started[0]!.done(picture);
  await turn();
  queue.request(request(2));
  expect([errors.length, model.started.length]).toEqual([1, 2]);
});
