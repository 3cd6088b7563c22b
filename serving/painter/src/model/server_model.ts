/** A model on a server, through the gateway (serving/gateway.py). */

import { decode, encode } from "fast-png";
import { checkLabels } from "./check_labels";
import { toImageData, withAlpha, photographPixels } from "./pixels";
import { parseCard } from "./sidecar";
import type { Card, Painted, PaintingModel, PaintRequest, StyleDistribution } from "./types";
import { PainterError } from "./types";

/** Opens the model behind a gateway at an address such as http://127.0.0.1:8081. */
export async function openOnServer(address: string): Promise<PaintingModel> {
  const base = baseOf(address);
  const response = await ask(base, "api/model");
  const answer = (await response.json().catch(() => null)) as {
    card?: Record<string, unknown>;
    signatures?: Record<string, unknown>;
  } | null;
  if (!answer?.card) throw noGateway(base);
  const card = parseCard(answer.card, `the model card of ${base.href}`);
  const model: PaintingModel = {
    card,
    where: "server",
    paint: (request) => paint(base, card, request),
    close() {},
  };
  if (!card.styleSize || !("encode_style" in (answer.signatures ?? {}))) return model;
  const [height, width] = card.styleSize;
  return { ...model, readStyle: (photo) => readStyle(base, photo, height, width) };
}

/** The gateway's folder; what is missing from an address is added. */
export function baseOf(address: string): URL {
  const text = address.trim();
  try {
    const url = new URL(/^https?:\/\//.test(text) ? text : `http://${text}`);
    url.pathname = url.pathname.replace(/\/*$/, "/");
    url.search = url.hash = "";
    return url;
  } catch {
    throw new PainterError(
      `${text || "nothing"} is no address; expected one such as http://127.0.0.1:8081`,
    );
  }
}

async function paint(base: URL, card: Card, request: PaintRequest): Promise<Painted> {
  const start = performance.now();
  checkLabels(card, request);
  const { width, height } = card;
  const form = new FormData();
  form.set("labels", pngFile({ width, height, data: fileIds(card, request.labels), channels: 1 }));
  if (card.hasInstances) {
    const data = request.labels; // of which only borders matter
    form.set("instances", pngFile({ width, height, data, channels: 1 }));
  }
  if (card.latentDim) {
    form.set("z", JSON.stringify(Array.from(request.z ?? new Float32Array(card.latentDim))));
  }
  const response = await ask(base, "api/synthesize", form);
  const png = decode(new Uint8Array(await response.arrayBuffer()));
  const image = toImageData(png.data, png.width, png.height);
  return { image, milliseconds: performance.now() - start };
}

/** Labels as the values that a grey file has for them. */
export function fileIds(card: Card, labels: Uint8Array): Uint8Array {
  const ids = card.labels.map(({ id }) => card.labelOfFileId.indexOf(id));
  const result = new Uint8Array(labels.length);
  labels.forEach((label, i) => {
    const id = ids[label]!;
    if (id < 0) {
      throw new PainterError(
        `label files of ${card.name} have no value for ${card.labels[label]!.name}; draw another ` +
          "class",
      );
    }
    result[i] = id;
  });
  return result;
}

async function readStyle(
  base: URL,
  photo: ImageBitmap,
  height: number,
  width: number,
): Promise<StyleDistribution> {
  const data = withAlpha(photographPixels(photo, height, width));
  const form = new FormData();
  form.set("photograph", pngFile({ width, height, data: new Uint8Array(data), channels: 4 }));
  const response = await ask(base, "api/style", form);
  const { mean, log_variance } = (await response.json()) as Record<string, number[]>;
  return { mean: Float32Array.from(mean!), logVariance: Float32Array.from(log_variance!) };
}

function pngFile(image: Parameters<typeof encode>[0]): File {
  return new File([encode(image) as Uint8Array<ArrayBuffer>], "image.png", { type: "image/png" });
}

/** A good answer; a PainterError where there is none. */
async function ask(base: URL, path: string, form?: FormData): Promise<Response> {
  const url = new URL(path, base);
  let response: Response;
  try {
    response = await fetch(url, form ? { method: "POST", body: form } : {});
  } catch {
    throw new PainterError(
      `${base.href} does not answer; start the gateway there (python -m serving.gateway), and let ` +
        `it answer this page with --allow_origins=${location.origin}`,
    );
  }
  if (response.ok) return response;
  const { error } = ((await response.json().catch(() => null)) ?? {}) as { error?: string };
  throw error ? new PainterError(`the server refused: ${error}`) : noGateway(base);
}

function noGateway(base: URL): PainterError {
  return new PainterError(
    `${base.href} is no gateway; expected the address of one (python -m serving.gateway)`,
  );
}
