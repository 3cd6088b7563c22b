/** A model that LiteRT has compiled, called with plain arrays. Runs in the worker. */

import { type CompiledModel, getWebGpuDevice, loadAndCompile, Tensor } from "@litertjs/core";
import type { How, Opened, TensorSpec, Tensors, Values } from "./messages";

export interface Compiled {
  on: Opened["on"];
  run(inputs: Tensors): Promise<Tensors>;
}

/** Grey levels by which a GPU's picture may be off; half of one is lost to rounding alone. */
const TOLERANCE = 1;

/** Compiles a model for wasm or, where it answers the same there and sooner, for WebGPU. */
export async function compile(content: Uint8Array<ArrayBuffer>, how: How): Promise<Compiled> {
  const cpuOptions = { numThreads: how.threads };
  const wasm = await loadAndCompile(content, { accelerator: "wasm", cpuOptions });
  checkInputs(wasm, how.inputs);
  const onWasm = runner(wasm, how.inputs);
  const expected = await onWasm(how.trial);
  const mayGpu = how.tryGpu && getWebGpuDevice() !== null;
  const onGpu = mayGpu ? await sameOnGpu(content, how, onWasm, expected) : null;
  if (!onGpu) return { on: "wasm", run: onWasm };
  wasm.delete();
  return { on: "WebGPU", run: onGpu };
}

type Runner = Compiled["run"];

function runner(model: CompiledModel, specs: TensorSpec[]): Runner {
  return async (inputs) => {
    const given: Record<string, Tensor> = {};
    let results: Record<string, Tensor> = {};
    try {
      for (const { name, shape } of specs) given[name] = new Tensor(inputs[name]!, shape);
      results = await model.run(given);
      const outputs: Tensors = {};
      // Copied: what `data` returns may lie in wasm's memory.
      for (const [name, tensor] of Object.entries(results)) {
        outputs[name] = (await tensor.data()).slice() as Values;
      }
      return outputs;
    } finally {
      for (const tensor of [...Object.values(given), ...Object.values(results)]) tensor.delete();
    }
  };
}

/** Refuses a model whose inputs are not those that its JSON tells of. */
function checkInputs(model: CompiledModel, specs: TensorSpec[]): void {
  const text = (x: { name: string; dtype: string; shape: ArrayLike<number> }) =>
    `${x.name} ${x.dtype}[${Array.from(x.shape)}]`;
  const found = model.getInputDetails().map(text).sort().join(", ");
  const said = specs.map(text).sort().join(", ");
  if (found !== said) throw new Error(`the model's inputs are ${found}, and its JSON says ${said}`);
}

async function sameOnGpu(
  content: Uint8Array<ArrayBuffer>,
  { inputs, trial }: How,
  onWasm: Runner,
  expected: Tensors,
): Promise<Runner | null> {
  let model: CompiledModel | null = null;
  try {
    const gpuOptions = { precision: "fp32" } as const;
    model = await loadAndCompile(content, { accelerator: "webgpu", gpuOptions });
    if (model.options.accelerator === "webgpu" && model.isFullyAccelerated) {
      const onGpu = runner(model, inputs);
      const same = largestDifference(await onGpu(trial), expected) <= TOLERANCE;
      if (same && (await seconds(onGpu, trial)) < (await seconds(onWasm, trial))) return onGpu;
    }
  } catch {
    // A driver or an operation that cannot do it: wasm can.
  }
  model?.delete();
  return null;
}

function largestDifference(found: Tensors, expected: Tensors): number {
  let largest = 0;
  for (const [name, values] of Object.entries(expected)) {
    values.forEach((value, i) => {
      const difference = Math.abs(value - found[name]![i]!);
      largest = difference <= largest ? largest : difference; // NaN is no smaller
    });
  }
  return largest;
}

async function seconds(run: Runner, inputs: Tensors): Promise<number> {
  const start = performance.now();
  await run(inputs);
  return (performance.now() - start) / 1000;
}
