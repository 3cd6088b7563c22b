/** Files that were dropped or chosen, sorted into models and their JSON. */

import type { ModelFile } from "./runtime";
import { parseSidecar, type Sidecar } from "./sidecar";
import { PainterError } from "./types";

/** Finds the painter, and the style encoder of the same name, among files. */
export async function sortFiles(
  files: File[],
): Promise<{ painter: ModelFile; encoder: ModelFile | null }> {
  const models = files.filter((file) => ends(file, ".tflite"));
  const jsons = files.filter((file) => ends(file, ".json"));
  if (!models.length) {
    const names = files.map((file) => file.name).join(", ") || "nothing";
    throw new PainterError(`${names}: no model; expected a .tflite and the .json beside it`);
  }
  const sidecars: Sidecar[] = [];
  for (const json of jsons) sidecars.push(parseSidecar(await json.text(), json.name));
  const found = models.map((model) => ({
    sidecar: ownSidecar(model, jsons, sidecars),
    read: () => model.arrayBuffer(),
  }));
  const painters = found.filter(({ sidecar }) => sidecar.kind === "painter");
  if (painters.length !== 1) {
    const names = models.map((model) => model.name).join(", ");
    throw new PainterError(
      `${names}: ${painters.length} of them paint; give one painter, and its style encoder if it ` +
        "has one",
    );
  }
  const painter = painters[0]!;
  const { card } = painter.sidecar;
  const fits = ({ sidecar }: ModelFile) =>
    sidecar.kind === "style" && sidecar.card.latentDim === card.latentDim;
  return { painter, encoder: found.find(fits) ?? null };
}

/** The JSON of a model, by the file name in it or by its own. */
function ownSidecar(model: File, jsons: File[], sidecars: Sidecar[]): Sidecar {
  const name = model.name.replace(/\.tflite$/i, ".json");
  const own =
    sidecars.find((sidecar) => sidecar.file === model.name) ??
    sidecars[jsons.findIndex((json) => json.name === name)];
  if (own) return own;
  throw new PainterError(
    `${model.name} came without its JSON; give ${name} with it, which the export wrote beside it`,
  );
}

function ends(file: File, extension: string): boolean {
  return file.name.toLowerCase().endsWith(extension);
}
