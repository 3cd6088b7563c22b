/** Ways to open a model: one that ships, files of the user's, a server. */

import { type ModelFile, openOnDevice } from "./runtime";
import { openOnServer } from "./server_model";
import { parseSidecar } from "./sidecar";
import type { PaintingModel } from "./types";
import { PainterError } from "./types";
import { sortFiles } from "./user_files";

/** An entry of models/index.json; files are addressed from that folder. */
export interface ShippedModel {
  name: string;
  file: string;
  style: string | null;
  examples: string[];
}

/** The models that came with the page; none where there is no models/index.json. */
export async function shippedModels(): Promise<ShippedModel[]> {
  const response = await fetch(inModels("index.json")).catch(() => null);
  if (!response?.ok) return [];
  try {
    return ((await response.json()) as { models: ShippedModel[] }).models;
  } catch {
    throw new PainterError("models/index.json is no list of models; build the painter anew");
  }
}

/** The address of a file of a model that came with the page, such as an example. */
export function inModels(path: string): URL {
  return new URL(`models/${path}`, document.baseURI);
}

/** Opens a model that came with the page. Rejects with a PainterError. */
export async function openShipped(model: ShippedModel): Promise<PaintingModel> {
  const painter = await shippedFile(model.file);
  const encoder = model.style ? await shippedFile(model.style) : null;
  const opened = await openOnDevice(painter, encoder);
  // So that it is there when there is no network any more; the service worker keeps it.
  if (model.style) void fetch(inModels(model.style), { priority: "low" }).catch(() => {});
  return opened;
}

/** Opens files that the user gave: a .tflite and its JSON, and those of a style encoder. */
export async function openFiles(files: File[]): Promise<PaintingModel> {
  const { painter, encoder } = await sortFiles(files);
  return openOnDevice(painter, encoder);
}

/** Opens the model of a server, by the address of its gateway. */
export function openServer(url: string): Promise<PaintingModel> {
  return openOnServer(url);
}

async function shippedFile(file: string): Promise<ModelFile> {
  const json = file.replace(/\.tflite$/, ".json");
  const sidecar = parseSidecar(await (await get(json)).text(), json);
  return { sidecar, read: async () => (await get(file)).arrayBuffer() };
}

async function get(path: string): Promise<Response> {
  const response = await fetch(inModels(path)).catch(() => null);
  if (response?.ok) return response;
  const why = response ? `status ${response.status}` : "no connection";
  throw new PainterError(`models/${path} could not be loaded (${why}); try again while online`);
}
