/** models/index.json of a folder that has none: what an export wrote can be painted with as it is. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { filesBelow } from "./files.ts";

interface Sidecar {
  name: string;
  file: string;
  signature: { outputs: { name: string }[] };
}

/** Lists the models of a folder by their JSON; examples are the PNGs in its folder `examples`. */
export function modelsIndex(folder: string): string {
  const files = filesBelow(folder);
  const sidecars = files
    .filter((path) => path.endsWith(".json") && files.includes(path.replace(/json$/, "tflite")))
    .map((path) => JSON.parse(readFileSync(join(folder, path), "utf-8")) as Sidecar);
  const answering = (output: string) =>
    sidecars.filter((sidecar) => sidecar.signature.outputs.some((x) => x.name === output));
  const painters = answering("image");
  const models = painters.map(({ name, file }) => ({
    name: painters.length > 1 ? file.replace(/\.tflite$/, "") : name,
    file,
    style: answering("mean").find((encoder) => encoder.name === name)?.file ?? null,
    examples: files.filter((path) => /^examples\/.*\.png$/.test(path)),
  }));
  return `${JSON.stringify({ models }, null, 2)}\n`;
}
