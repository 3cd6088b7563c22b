/** Label maps from and to PNG files: grey (values are file ids), palette, and coloured ones. */

import { decode, encode } from "fast-png";
import type { DecodedPng } from "fast-png";

import { PainterError } from "../model/types";
import type { Card } from "../model/types";
import { unwritable, wrongColors, wrongIds } from "./label_errors";
import { LabelMap } from "./label_map";
import { GREY, GREY_ALPHA, PALETTE, describe, readPngHeader } from "./png_header";

const NO_LABEL = -1;

export interface LabelFile {
  /** At the file's own size. */
  map: LabelMap;
  /** What the user should know of how it was read; empty when there is nothing. */
  note: string;
}

/**
 * Reads a label map: 8-bit grey through the card's file ids; palette and coloured ones by the
 * card's colours; palettes of other colours by their indices as file ids.
 *
 * Throws a PainterError that names the ids or colours which are no label.
 */
export function readLabelPng(bytes: Uint8Array, name: string, card: Card): LabelFile {
  const header = readPngHeader(bytes, name);
  const isGrey = header.colorType === GREY || header.colorType === GREY_ALPHA;
  if (header.bitDepth > 8 || (isGrey && header.bitDepth !== 8)) {
    throw new PainterError(`${name} is ${describe(header)}; save it anew with 8 bits.`);
  }
  const png = decoded(bytes, name);
  let note = "";
  let labels: Uint8Array;
  if (header.colorType === PALETTE) {
    const indices = unpacked(png);
    const found = labelsOfPalette(indices, png.palette ?? [], name, card);
    labels = found.labels;
    note = found.note;
  } else if (isGrey) {
    const values = opaque(png, name, 1);
    labels = look(values, card.labelOfFileId, (wrong) => wrongIds(wrong, name, card));
  } else {
    labels = labelsOfColors(opaque(png, name, 3), name, card);
  }
  return { map: new LabelMap(png.width, png.height, labels), note };
}

/** An 8-bit grey PNG of file ids. */
export function writeGreyPng(map: LabelMap, card: Card): Uint8Array {
  const data = look(map.ids, fileIds(card), (wrong) => unwritable(wrong, card));
  return encode({ width: map.width, height: map.height, channels: 1, depth: 8, data });
}

/** A palette PNG: its indices are file ids, its colours the model's. */
export function writePalettePng(map: LabelMap, card: Card): Uint8Array {
  const data = look(map.ids, fileIds(card), (wrong) => unwritable(wrong, card));
  const colors = new Map(card.labels.map((label) => [label.id, label.color]));
  const palette = card.labelOfFileId.map((label) => [...(colors.get(label) ?? [0, 0, 0])]);
  return encode({ width: map.width, height: map.height, channels: 1, depth: 8, data, palette });
}

function decoded(bytes: Uint8Array, name: string): DecodedPng {
  try {
    return decode(bytes, { checkCrc: true });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new PainterError(`${name} is damaged or cut short (${reason}). Save it anew.`);
  }
}

/** The values of a picture without its alpha, which must hide nothing. */
function opaque(png: DecodedPng, name: string, channels: 1 | 3): Uint8Array {
  const data = png.data as Uint8Array;
  if (png.channels === channels) return data;
  const pixels = png.width * png.height;
  const result = new Uint8Array(pixels * channels);
  let clear = 0;
  for (let i = 0; i < pixels; i++) {
    const start = i * png.channels;
    if (data[start + channels] !== 255) clear++;
    for (let c = 0; c < channels; c++) result[i * channels + c] = data[start + c]!;
  }
  if (clear > 0) {
    throw new PainterError(
      `${name} has ${clear} transparent pixels; every pixel must have a label.`,
    );
  }
  return result;
}

/** Palette indices one a byte: small palettes pack several of them. */
function unpacked(png: DecodedPng): Uint8Array {
  const packed = png.data as Uint8Array;
  if (png.depth === 8) return packed;
  const perByte = 8 / png.depth;
  const rowBytes = Math.ceil(png.width / perByte);
  return Uint8Array.from({ length: png.width * png.height }, (_, i) => {
    const column = i % png.width;
    const byte = packed[Math.floor(i / png.width) * rowBytes + Math.floor(column / perByte)]!;
    const shift = 8 - png.depth * ((column % perByte) + 1);
    return (byte >> shift) & ((1 << png.depth) - 1);
  });
}

function labelsOfPalette(
  indices: Uint8Array,
  palette: number[][],
  name: string,
  card: Card,
): { labels: Uint8Array; note: string } {
  const owners = ownersOfColors(card);
  const byColor = palette.map((color, index) => {
    const ids = owners.get(code(color[0]!, color[1]!, color[2]!)) ?? [];
    const own = card.labelOfFileId[index];
    if (own !== undefined && ids.includes(own)) return own;
    return ids.length === 1 ? ids[0]! : NO_LABEL;
  });
  const used = counts(indices);
  const isKnown = (table: number[]) => [...used.keys()].every((i) => (table[i] ?? -1) >= 0);
  if (isKnown(byColor)) return { labels: look(indices, byColor), note: "" };
  const isInPalette = [...used.keys()].every((i) => i < palette.length);
  if (isInPalette && isKnown(card.labelOfFileId)) {
    const note =
      `The palette of ${name} has colours that are not the model's, so its indices were read as ` +
      "file ids.";
    return { labels: look(indices, card.labelOfFileId), note };
  }
  const wrong = new Map<string, number>();
  for (const [index, count] of used) {
    if ((byColor[index] ?? NO_LABEL) < 0) {
      const [red, green, blue] = palette[index] ?? [];
      const color = red === undefined ? "no colour" : hex(code(red, green!, blue!));
      wrong.set(`${color} at index ${index}`, count);
    }
  }
  throw wrongColors(wrong, name, card);
}

function labelsOfColors(pixels: Uint8Array, name: string, card: Card): Uint8Array {
  const owners = ownersOfColors(card);
  const labels = new Uint8Array(pixels.length / 3);
  const wrong = new Map<string, number>();
  for (let i = 0; i < labels.length; i++) {
    const color = code(pixels[3 * i]!, pixels[3 * i + 1]!, pixels[3 * i + 2]!);
    const ids = owners.get(color);
    if (ids?.length === 1) labels[i] = ids[0]!;
    else wrong.set(hex(color), (wrong.get(hex(color)) ?? 0) + 1);
  }
  if (wrong.size > 0) throw wrongColors(wrong, name, card);
  return labels;
}

/** Each value's entry of a table; `refuse` makes the error when entries below 0 are met. */
function look(
  values: Uint8Array,
  table: readonly number[],
  refuse?: (wrong: Map<number, number>) => Error,
): Uint8Array {
  const wrong = counts(values);
  for (const value of wrong.keys()) if ((table[value] ?? NO_LABEL) >= 0) wrong.delete(value);
  if (refuse && wrong.size > 0) throw refuse(wrong);
  return values.map((value) => table[value]!);
}

function counts(values: Uint8Array): Map<number, number> {
  const all = new Uint32Array(256);
  for (const value of values) all[value]!++;
  return new Map([...all.entries()].filter(([, count]) => count > 0));
}

/** The lowest file id that means each label. */
function fileIds(card: Card): number[] {
  return card.labels.map((label) => card.labelOfFileId.indexOf(label.id));
}

function ownersOfColors(card: Card): Map<number, number[]> {
  const owners = new Map<number, number[]>();
  for (const { id, color } of card.labels) {
    const key = code(...color);
    owners.set(key, [...(owners.get(key) ?? []), id]);
  }
  return owners;
}

function code(red: number, green: number, blue: number): number {
  return (red << 16) | (green << 8) | blue;
}

function hex(color: number): string {
  return `#${color.toString(16).padStart(6, "0")}`;
}
