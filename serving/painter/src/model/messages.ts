/** What the page and its worker say to each other. The worker knows files and tensors only. */

export type DType = "int32" | "float32" | "uint8";

/** An input or output of a model. */
export interface TensorSpec {
  name: string;
  dtype: DType;
  shape: number[];
}

/** The numbers of a tensor, row by row. */
export type Values = Int32Array<ArrayBuffer> | Float32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>;

/** Tensors by name. */
export type Tensors = Record<string, Values>;

/** Loads LiteRT. The address of its folder ends with a slash. */
export interface Load {
  kind: "load";
  litert: string;
  threads: number;
}

/** How to compile a model. */
export interface How {
  /** The inputs that it is said to have. */
  inputs: TensorSpec[];
  /** An example of them; it is run once, so that the next run is quick. */
  trial: Tensors;
  threads: number;
  /** Whether WebGPU is worth a try. */
  tryGpu: boolean;
}

/** Compiles a model. */
export interface Open extends How {
  kind: "open";
  content: ArrayBuffer;
}

/** Runs a model that was opened. */
export interface Run {
  kind: "run";
  model: number;
  inputs: Tensors;
}

export interface Opened {
  model: number;
  on: "wasm" | "WebGPU";
}

/** Each kind of request, and what answers it. */
export interface Answers {
  load: null;
  open: Opened;
  run: Tensors;
}

export type Request = Load | Open | Run;

/** A request, numbered, so that its answer can be told from others. */
export interface Numbered {
  id: number;
  request: Request;
}

export type Reply =
  | { id: number; value: Answers[keyof Answers] }
  /** `log` is what LiteRT reported as errors since the request came. */
  | { id: number; error: string; log: string };
