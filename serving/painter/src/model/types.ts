/** What the interface knows of a model: the seam between src/model and everything else. */

/** A class: its id in label maps, its name, and its colour. */
export interface Label {
  id: number;
  name: string;
  color: [number, number, number];
}

/** What must be known beside a model; the parts of its JSON that a painter needs. */
export interface Card {
  name: string;
  /** Pixels of its label maps and pictures. */
  height: number;
  width: number;
  labels: Label[];
  /** The class that says nothing, if there is one. */
  dontCare: number | null;
  /** The label that each of the 256 values of a grey label file means; -1 = none. */
  labelOfFileId: number[];
  hasInstances: boolean;
  /** Numbers of a style; 0 = it has none. */
  latentDim: number;
  /** Pixels of the photographs that a style is read off: [height, width]. */
  styleSize: [number, number] | null;
  licence: string;
  source: string;
}

/** A picture, and the time from request to answer. */
export interface Painted {
  image: ImageData;
  milliseconds: number;
}

/** What to paint. */
export interface PaintRequest {
  /** height * width ids, row by row. */
  labels: Uint8Array;
  /** latentDim numbers; zeros where it is not given. */
  z?: Float32Array;
}

/** The style of a photograph: a normal distribution, independent in each number. */
export interface StyleDistribution {
  mean: Float32Array;
  logVariance: Float32Array;
}

/** A model that is ready to paint. */
export interface PaintingModel {
  readonly card: Card;
  /** What computes: "wasm, 1 thread", "WebGPU", "server". */
  readonly where: string;
  /** Rejects with a PainterError on labels that the model does not have. */
  paint(request: PaintRequest): Promise<Painted>;
  /** Present where the model can read styles. */
  readStyle?(photo: ImageBitmap): Promise<StyleDistribution>;
  close(): void;
}

/** Its message is for the user: what was received, what was expected, what to do. */
export class PainterError extends Error {
  override name = "PainterError";
}
