/** Ways to open a model: one that ships, files of the user's, a server. */

import type { PaintingModel } from "./types";
import { PainterError } from "./types";

/** An entry of models/index.json. */
export interface ShippedModel {
  name: string;
  file: string;
  style: string | null;
  examples: string[];
}

export async function shippedModels(): Promise<ShippedModel[]> {
  return [];
}

export async function openShipped(model: ShippedModel): Promise<PaintingModel> {
  throw new PainterError(`${model.name} cannot be opened yet`);
}

export async function openFiles(files: File[]): Promise<PaintingModel> {
  throw new PainterError(`${files.length} files cannot be opened yet`);
}

export async function openServer(url: string): Promise<PaintingModel> {
  throw new PainterError(`${url} cannot be opened yet`);
}
