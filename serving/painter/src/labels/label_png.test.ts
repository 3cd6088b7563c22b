import { encode } from "fast-png";
import { describe, expect, it } from "vitest";

import { PainterError } from "../model/types";
import { LabelMap } from "./label_map";
import { readLabelPng, writeGreyPng, writePalettePng } from "./label_png";
import { chance, smallCard } from "./testing";

const card = smallCard();
const read = (bytes: Uint8Array, name = "map.png") => readLabelPng(bytes, name, card);
const grey = (...data: number[]) =>
  encode({ width: data.length, height: 1, channels: 1, depth: 8, data: Uint8Array.from(data) });

function refusal(bytes: Uint8Array): string {
  try {
    read(bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(PainterError);
    return (error as Error).message;
  }
  throw new Error("was read");
}

describe("round trips", () => {
  it.each([
    ["grey", writeGreyPng],
    ["palette", writePalettePng],
  ])("of %s files keep every pixel", (_, write) => {
    const random = chance(7);
    for (let round = 0; round < 30; round++) {
      const [width, height] = [1 + Math.floor(random() * 50), 1 + Math.floor(random() * 50)];
      const ids = Uint8Array.from({ length: width * height }, () => random() * 4);
      const map = new LabelMap(width, height, ids);
      const file = read(write(map, card));
      expect(file.map.equals(map)).toBe(true);
      expect(file.note).toBe("");
    }
  });

  it("keep labels of one colour apart in palette files", () => {
    const twins = smallCard();
    twins.labels[1]!.color = twins.labels[2]!.color;
    const map = new LabelMap(4, 1, Uint8Array.of(0, 1, 2, 3));
    expect(readLabelPng(writePalettePng(map, twins), "twins.png", twins).map.equals(map)).toBe(true);
  });
});

describe("reading", () => {
  it("looks grey values up as file ids", () => {
    expect([...read(grey(10, 255, 30, 20)).map.ids]).toEqual([0, 3, 2, 1]);
  });

  it("looks colours up", () => {
    const data = Uint8Array.of(255, 255, 0, 0, 0, 255);
    const png = encode({ width: 2, height: 1, channels: 3, depth: 8, data });
    expect([...read(png).map.ids]).toEqual([2, 0]);
  });

  it("reads palettes in any order by the model's colours, packed ones too", () => {
    const palette = [
      [255, 255, 0],
      [0, 0, 255],
      [0, 0, 0],
      [0, 128, 128],
    ];
    // Two bits a pixel: 0 1 2 3, then 3 and three bits left over.
    const data = Uint8Array.of(0b00011011, 0b11000000);
    const png = encode({ width: 5, height: 1, channels: 1, depth: 2, data, palette });
    expect([...read(png).map.ids]).toEqual([2, 0, 3, 1, 1]);
  });

  it("reads palettes of other colours by their indices, and says so", () => {
    const palette = Array.from({ length: 256 }, (_, i) => [i, 1, 1]);
    const data = Uint8Array.of(20, 10);
    const file = read(encode({ width: 2, height: 1, channels: 1, depth: 8, data, palette }));
    expect([...file.map.ids]).toEqual([1, 0]);
    expect(file.note).toContain("indices were read as file ids");
  });

  it("ignores alpha that hides nothing", () => {
    const data = Uint8Array.of(0, 128, 128, 255);
    const png = encode({ width: 1, height: 1, channels: 4, depth: 8, data });
    expect([...read(png).map.ids]).toEqual([1]);
  });
});

describe("refusals", () => {
  it("name the ids that are no label, and those that are", () => {
    const message = refusal(grey(10, 11, 11, 12));
    expect(message).toContain("map.png holds ids that are no label of small: 11 (2 pixels), 12 (1 pixel)");
    expect(message).toContain("The model knows 10, 20, 30, 255");
  });

  it("name the colours that are no label", () => {
    const data = Uint8Array.of(1, 2, 3, 0, 0, 255);
    const png = encode({ width: 2, height: 1, channels: 3, depth: 8, data });
    expect(refusal(png)).toContain("#010203 (1 pixel)");
  });

  it("name the colours of a palette photo", () => {
    const palette = Array.from({ length: 256 }, (_, i) => [i, 255 - i, 7]);
    const data = Uint8Array.of(0, 1, 1, 200);
    const png = encode({ width: 4, height: 1, channels: 1, depth: 8, data, palette });
    expect(refusal(png)).toContain("#01fe07 at index 1 (2 pixels), #00ff07 at index 0 (1 pixel)");
  });

  it("meet transparent pixels, 16 bits and other files", () => {
    const clear = encode({ width: 1, height: 1, channels: 4, depth: 8, data: Uint8Array.of(0, 0, 255, 9) });
    expect(refusal(clear)).toContain("1 transparent pixel");
    const deep = encode({ width: 1, height: 1, channels: 1, depth: 16, data: Uint16Array.of(10) });
    expect(refusal(deep)).toContain("16-bit grey PNG");
    expect(refusal(new TextEncoder().encode("a text, longer than the head of a PNG"))).toContain("not a PNG");
    expect(refusal(new Uint8Array())).toContain("not a PNG");
  });

  it("come before 50 megapixels are decoded", () => {
    const png = grey(10);
    const view = new DataView(png.buffer, png.byteOffset);
    view.setUint32(16, 10_000);
    view.setUint32(20, 5_000);
    expect(refusal(png)).toContain("10000x5000 pixels (50 megapixels)");
  });

  it("meet damaged and cut files", () => {
    const png = writeGreyPng(new LabelMap(40, 40, Uint8Array.from({ length: 1600 }, (_, i) => i % 4)), card);
    expect(refusal(png.slice(0, png.length - 20))).toContain("damaged or cut short");
    const broken = png.slice();
    broken[png.length - 20]! ^= 0xff;
    expect(refusal(broken)).toContain("damaged or cut short");
  });

  it("meet labels that no file id means", () => {
    const card = smallCard();
    card.labelOfFileId[20] = -1;
    expect(() => writeGreyPng(new LabelMap(1, 1, Uint8Array.of(1)), card)).toThrow("sea");
  });
});
