/** The JSON beside a .tflite: its card and its signature, checked. A server sends the card alone. */

import type { DType, TensorSpec } from "./messages";
import type { Card, Label } from "./types";
import { PainterError } from "./types";

/** What a model file is, and how it is called. */
export interface Sidecar {
  card: Card;
  /** Name of the .tflite that it belongs to. */
  file: string;
  /** "painter" answers pictures to layouts, "style" answers styles to photographs. */
  kind: "painter" | "style";
  inputs: TensorSpec[];
}

const MAX_SIDE = 4096;
/** The painter keeps labels in bytes. */
const MAX_LABELS = 256;
const DTYPES: DType[] = ["int32", "float32", "uint8"];
const KNOWN = {
  painter: { inputs: ["label_map", "instance_map", "z"], outputs: ["image"] },
  style: { inputs: ["image"], outputs: ["mean", "log_variance"] },
};

type Values = Record<string, unknown>;

/** Reads the text of a sidecar; `name` is what its file is called, for errors. */
export function parseSidecar(text: string, name: string): Sidecar {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new PainterError(`${name} is no JSON (${(error as Error).message}); ${WHAT_IS_EXPECTED}`);
  }
  const check: Check = checker(name);
  check(isObject(value), "holds no object");
  const card = parseCard(value, name);
  const { file, signature } = value;
  check(typeof file === "string", "has no file name in `file`");
  check(isObject(signature), "has no `signature`");
  const outputs = tensors(signature.outputs, "outputs", check).map((tensor) => tensor.name);
  const inputs = tensors(signature.inputs, "inputs", check);
  const kind = outputs.includes("image") ? "painter" : "style";
  const known = KNOWN[kind];
  for (const output of known.outputs) {
    check(outputs.includes(output), `has no output \`${output}\``);
  }
  for (const { name: input, shape } of inputs) {
    check(known.inputs.includes(input), `has the input \`${input}\`, which painters do not have`);
    const expected = shapes(card)[`${kind} ${input}`];
    check(
      String(shape) === String(expected),
      `says that \`${input}\` has the shape [${shape}], and elsewhere that it is [${expected}]`,
    );
  }
  const least = known.inputs[0]!;
  check(inputs.some((input) => input.name === least), `has no input \`${least}\``);
  return { card, file, kind, inputs };
}

/** Reads a model card, of a sidecar or of a server. */
export function parseCard(value: Values, name: string): Card {
  const check: Check = checker(name);
  const { height, width, dont_care, label_of_file_id, latent_dim, style_size } = value;
  check(typeof value.name === "string", "has no `name`");
  for (const [key, side] of Object.entries({ height, width })) {
    check(isWhole(side, 1, MAX_SIDE), `has a ${key} of ${show(side)}, not 1 to ${MAX_SIDE}`);
  }
  const labels = parseLabels(value.labels, check);
  const isLabel = (x: unknown) => isWhole(x, 0, labels.length - 1);
  check(dont_care === null || isLabel(dont_care), `has no class ${show(dont_care)} (\`dont_care\`)`);
  check(
    Array.isArray(label_of_file_id) &&
      label_of_file_id.length === 256 &&
      label_of_file_id.every((x) => x === -1 || isLabel(x)),
    "needs 256 ids of classes (or -1) in `label_of_file_id`",
  );
  check(typeof value.has_instances === "boolean", "does not say whether it `has_instances`");
  check(isWhole(latent_dim, 0, 1 << 16), `has a latent_dim of ${show(latent_dim)}`);
  check(
    style_size === null ||
      (Array.isArray(style_size) &&
        style_size.length === 2 &&
        style_size.every((side) => isWhole(side, 1, MAX_SIDE))),
    `has a style_size of ${show(style_size)}, not [height, width] or null`,
  );
  return {
    name: value.name as string,
    height: height as number,
    width: width as number,
    labels,
    dontCare: dont_care as number | null,
    labelOfFileId: label_of_file_id as number[],
    hasInstances: value.has_instances as boolean,
    latentDim: latent_dim as number,
    styleSize: style_size as [number, number] | null,
    licence: typeof value.licence === "string" ? value.licence : "",
    source: typeof value.source === "string" ? value.source : "",
  };
}

const WHAT_IS_EXPECTED =
  "expected the JSON that the export writes beside a .tflite, unchanged";

type Check = (holds: boolean, what: string) => asserts holds;

function checker(name: string): Check {
  return (holds, what) => {
    if (!holds) throw new PainterError(`${name} ${what}; ${WHAT_IS_EXPECTED}`);
  };
}

function parseLabels(value: unknown, check: Check): Label[] {
  check(
    Array.isArray(value) && value.length >= 1 && value.length <= MAX_LABELS,
    `needs 1 to ${MAX_LABELS} classes in \`labels\``,
  );
  return value.map((label: unknown, id) => {
    const isLabel =
      isObject(label) &&
      label.id === id &&
      typeof label.name === "string" &&
      Array.isArray(label.color) &&
      label.color.length === 3 &&
      label.color.every((x) => isWhole(x, 0, 255));
    check(isLabel, `needs id ${id}, a name and a color of 0 to 255 in entry ${id} of \`labels\``);
    return { id, name: label.name as string, color: label.color as [number, number, number] };
  });
}

function tensors(value: unknown, where: string, check: Check): TensorSpec[] {
  check(Array.isArray(value), `has no ${where} in its signature`);
  return value.map((tensor: unknown) => {
    const isTensor =
      isObject(tensor) &&
      typeof tensor.name === "string" &&
      DTYPES.includes(tensor.dtype as DType) &&
      Array.isArray(tensor.shape) &&
      tensor.shape.every((side) => isWhole(side, 1, Number.MAX_SAFE_INTEGER));
    check(isTensor, `needs name, dtype (${DTYPES.join(", ")}) and shape in each of its ${where}`);
    return tensor as unknown as TensorSpec;
  });
}

/** The shape that each input must have. */
function shapes(card: Card): Record<string, number[] | null> {
  const layout = [1, card.height, card.width];
  return {
    "painter label_map": layout,
    "painter instance_map": layout,
    "painter z": [1, card.latentDim],
    "style image": card.styleSize && [1, ...card.styleSize, 3],
  };
}

function isObject(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isWhole(value: unknown, least: number, most: number): value is number {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
}

function show(value: unknown): string {
  return (JSON.stringify(value) ?? "nothing").slice(0, 40);
}
