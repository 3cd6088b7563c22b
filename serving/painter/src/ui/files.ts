/** Opening, saving and sharing. */

import type { LabelMap } from "../labels/label_map";
import { readLabelPng, writeGreyPng, writePalettePng } from "../labels/label_png";
import { readPngHeader } from "../labels/png_header";
import { PainterError } from "../model/types";
import type { Card } from "../model/types";

/** Label files are small; what is larger is something else. In bytes. */
const MAX_LABEL_FILE = 32 << 20;
const MAX_PHOTO = 64 << 20;

/** Which of the files that were dropped belong to a model. */
export function modelFiles(files: readonly File[]): File[] {
  return files.filter((file) => /\.(tflite|json)$/i.test(file.name));
}

/** Reads a label map. Throws a PainterError with what was met instead. */
export async function openLabels(
  file: File,
  card: Card,
): Promise<{ map: LabelMap; note: string }> {
  checkSize(file, MAX_LABEL_FILE);
  const { map, note } = readLabelPng(new Uint8Array(await file.arrayBuffer()), file.name, card);
  const { width, height } = card;
  const isScaled = map.width !== width || map.height !== height;
  const scaled =
    `${file.name} has ${map.width}x${map.height} pixels and was scaled to the ` +
    `${width}x${height} of the model, nearest pixels.`;
  return { map, note: [note, isScaled ? scaled : ""].filter(Boolean).join(" ") };
}

/** Reads a photograph. Throws a PainterError for what no browser can show. */
export async function openPhoto(file: File): Promise<ImageBitmap> {
  checkSize(file, MAX_PHOTO);
  const isPng = /\.png$/i.test(file.name) || file.type === "image/png";
  if (isPng) readPngHeader(new Uint8Array(await file.slice(0, 64).arrayBuffer()), file.name);
  try {
    return await createImageBitmap(file);
  } catch {
    throw new PainterError(
      `${file.name} could not be read as a picture; expected a JPEG, PNG or WebP photograph.`,
    );
  }
}

export function saveLabels(map: LabelMap, card: Card, kind: "grey" | "palette"): void {
  const png = kind === "grey" ? writeGreyPng(map, card) : writePalettePng(map, card);
  const suffix = kind === "grey" ? "labels" : "labels_colored";
  download(new Blob([png as BlobPart], { type: "image/png" }), `${fileName(card)}_${suffix}.png`);
}

export async function savePicture(picture: HTMLCanvasElement, card: Card): Promise<void> {
  download(await pictureBlob(picture), `${fileName(card)}.png`);
}

/** Hands the picture to the device's share sheet; where there is none, saves it. */
export async function sharePicture(picture: HTMLCanvasElement, card: Card): Promise<string> {
  const blob = await pictureBlob(picture);
  const file = new File([blob], `${fileName(card)}.png`, { type: "image/png" });
  if (navigator.canShare?.({ files: [file] })) {
    try {
      await navigator.share({ files: [file], title: card.name });
    } catch (error) {
      if ((error as Error).name !== "AbortError") throw error;
    }
    return "";
  }
  try {
    await navigator.clipboard.write([new ClipboardItem({ "image/png": blob })]);
    return "This browser has no share sheet: the picture was copied instead.";
  } catch {
    download(blob, file.name);
    return "This browser has no share sheet: the picture was saved instead.";
  }
}

function checkSize(file: File, limit: number): void {
  if (file.size <= limit) return;
  const megabytes = (bytes: number) => (bytes / 2 ** 20).toFixed(0);
  throw new PainterError(
    `${file.name} has ${megabytes(file.size)} MB; expected at most ${megabytes(limit)} MB.`,
  );
}

function pictureBlob(picture: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) =>
    picture.toBlob((blob) => {
      if (blob) resolve(blob);
      else reject(new PainterError("There is no picture yet to save."));
    }, "image/png"),
  );
}

function download(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // Some browsers start to read only after the click has returned.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

function fileName(card: Card): string {
  return card.name.replace(/[^\w-]+/g, "_") || "painter";
}
