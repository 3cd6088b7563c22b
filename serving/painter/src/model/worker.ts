/** LiteRT in a worker, so that the page stays free to draw. Built apart, as one classic script. */

import { loadLiteRt } from "@litertjs/core";
import { compile, type Compiled } from "./compiled";
import type { Answers, Load, Numbered, Open, Reply, Request, Run, Tensors } from "./messages";

const models: Compiled[] = [];
let log: string[] = [];
let last: Promise<void> = Promise.resolve();

self.onmessage = ({ data }: MessageEvent<Numbered>) => {
  // One after the other: LiteRT's calls must not meet.
  last = last.then(() => reply(data));
};

async function reply({ id, request }: Numbered): Promise<void> {
  log = [];
  try {
    const value = await answer(request);
    const buffers = request.kind === "run" ? Object.values(value as Tensors) : [];
    send({ id, value }, buffers.map((values) => values.buffer));
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    send({ id, error: text, log: log.filter((line) => /^ERROR/.test(line)).join("; ") });
  }
}

function send(reply: Reply, transfer: Transferable[] = []): void {
  self.postMessage(reply, { transfer });
}

function answer(request: Request): Promise<Answers[keyof Answers]> {
  if (request.kind === "load") return load(request);
  if (request.kind === "open") return open(request);
  return run(request);
}

async function load({ litert, threads }: Load): Promise<null> {
  const note = (...words: unknown[]) => void log.push(words.join(" "));
  // By default wasm and the threads' script are looked up beside this script.
  Object.assign(self, {
    Module: {
      locateFile: (file: string) => litert + file,
      mainScriptUrlOrBlob: `${litert}litert_wasm_threaded_internal.js`,
      print: note,
      printErr: note,
    },
  });
  const { warn } = console;
  console.warn = note; // where there is no WebGPU it says so here
  try {
    await loadLiteRt(litert, { threads: threads > 1 });
  } finally {
    console.warn = warn;
  }
  return null;
}

async function open({ content, ...how }: Open): Promise<Answers["open"]> {
  const model = await compile(new Uint8Array(content), how);
  return { model: models.push(model) - 1, on: model.on };
}

function run({ model, inputs }: Run): Promise<Tensors> {
  return models[model]!.run(inputs);
}
