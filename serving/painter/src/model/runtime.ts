/** A model on this device: a .tflite that LiteRT runs in a worker of its own. */

import type { TensorSpec, Tensors } from "./messages";
import { photographPixels, toImageData } from "./pixels";
import type { Sidecar } from "./sidecar";
import type { Card, Painted, PaintingModel, PaintRequest, StyleDistribution } from "./types";
import { PainterError } from "./types";
import { checkLabels } from "./check_labels";
import { WorkerError, WorkerLink } from "./worker_link";

/** A model file: what its JSON says, and how to get its bytes. */
export interface ModelFile {
  sidecar: Sidecar;
  read(): Promise<ArrayBuffer>;
}

/** More help little, and phones have few fast cores. */
const MAX_THREADS = 4;

/** Opens a painter, and the style encoder that belongs to it, if there is one. */
export async function openOnDevice(
  painter: ModelFile,
  encoder: ModelFile | null,
): Promise<PaintingModel> {
  const threads = crossOriginIsolated
    ? Math.min(MAX_THREADS, Math.max(1, navigator.hardwareConcurrency))
    : 1;
  const link = new WorkerLink(new URL("worker.js", document.baseURI));
  try {
    const usedThreads = await load(link, threads);
    const run = await open(link, painter, usedThreads);
    const { card } = painter.sidecar;
    const where = run.on === "wasm" ? `wasm, ${count(usedThreads, "thread")}` : run.on;
    const paint = (request: PaintRequest) => paintOn(run, card, painter.sidecar.inputs, request);
    const close = () => link.close();
    const model: PaintingModel = { card, where, paint, close };
    if (!encoder) return model;
    const readStyle = styleReader(link, encoder, usedThreads);
    return { ...model, readStyle };
  } catch (error) {
    link.close();
    throw error;
  }
}

interface Program {
  on: string;
  run(inputs: Tensors): Promise<Tensors>;
}

/** Loads LiteRT with as many threads as it can have; answers how many. */
async function load(link: WorkerLink, threads: number): Promise<number> {
  const litert = new URL("litert/", document.baseURI).href;
  try {
    await link.ask({ kind: "load", litert, threads });
    return threads;
  } catch (error) {
    if (threads > 1) return load(link, 1);
    const reason = describe(error);
    throw new PainterError(
      `LiteRT, which runs models, could not be loaded (${reason}); reload the page while online, ` +
        "or try a current browser",
    );
  }
}

async function open(link: WorkerLink, file: ModelFile, threads: number): Promise<Program> {
  const { card, file: name, inputs, kind } = file.sidecar;
  const content = await file.read();
  checkIsModel(content, name);
  try {
    const trial = example(inputs, card.labels.length);
    const tryGpu = kind === "painter";
    const { model, on } = await link.ask(
      { kind: "open", content, inputs, trial, threads, tryGpu },
      [content],
    );
    return { on, run: (inputs) => link.ask({ kind: "run", model, inputs }) };
  } catch (error) {
    throw new PainterError(
      `${name} cannot be run here: ${describe(error)}; export it anew, and keep it and its JSON ` +
        "together",
    );
  }
}

/** Looks at what every TensorFlow Lite file begins with. */
export function checkIsModel(content: ArrayBuffer, name: string): void {
  const mark = String.fromCharCode(...new Uint8Array(content.slice(4, 8)));
  if (mark !== "TFL3") {
    throw new PainterError(
      `${name} is no TensorFlow Lite model (${content.byteLength} bytes); expected a .tflite that ` +
        "the export wrote",
    );
  }
}

/** Inputs to try a model with: every label, in a style that is not the plainest. */
function example(inputs: TensorSpec[], numLabels: number): Tensors {
  const values = inputs.map(({ name, dtype, shape }) => {
    const indices = Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i);
    if (dtype === "int32") return [name, Int32Array.from(indices, (i) => (i >> 3) % numLabels)];
    if (dtype === "uint8") return [name, Uint8Array.from(indices, (i) => i % 256)];
    return [name, Float32Array.from(indices, Math.sin)];
  });
  return Object.fromEntries(values) as Tensors;
}

async function paintOn(
  program: Program,
  card: Card,
  inputs: TensorSpec[],
  request: PaintRequest,
): Promise<Painted> {
  const start = performance.now();
  checkLabels(card, request);
  const labels = () => Int32Array.from(request.labels);
  const given: Record<string, () => Tensors[string]> = {
    label_map: labels,
    instance_map: labels, // of which only borders matter
    z: () => Float32Array.from(request.z ?? new Float32Array(card.latentDim)),
  };
  const values = inputs.map(({ name }) => [name, given[name]!()] as const);
  const { image } = await program.run(Object.fromEntries(values));
  const picture = toImageData(image!, card.width, card.height);
  return { image: picture, milliseconds: performance.now() - start };
}

/** Opens the encoder when it is first needed. */
function styleReader(link: WorkerLink, encoder: ModelFile, threads: number) {
  let opened: Promise<Program> | null = null;
  return async (photo: ImageBitmap): Promise<StyleDistribution> => {
    opened ??= open(link, encoder, threads);
    opened.catch(() => (opened = null)); // the next photograph tries again
    const { run } = await opened;
    const [height, width] = encoder.sidecar.card.styleSize!;
    const answer = await run({ image: photographPixels(photo, height, width) });
    return {
      mean: answer.mean as Float32Array,
      logVariance: answer.log_variance as Float32Array,
    };
  };
}

function describe(error: unknown): string {
  if (!(error instanceof WorkerError)) return error instanceof Error ? error.message : "unknown";
  return error.log ? `${error.message} (${error.log})` : error.message;
}

function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? "" : "s"}`;
}
