import { PainterError } from "../model/types";

/** What the first bytes of a PNG say: enough to refuse it before a pixel is decoded. */
export interface PngHeader {
  width: number;
  height: number;
  bitDepth: number;
  colorType: number;
}

export const GREY = 0;
export const RGB = 2;
export const PALETTE = 3;
export const GREY_ALPHA = 4;
export const RGB_ALPHA = 6;

/** 4096x4096. */
export const MAX_PIXELS = 1 << 24;

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const TYPES = new Map([
  [GREY, "grey"],
  [RGB, "RGB"],
  [PALETTE, "palette"],
  [GREY_ALPHA, "grey with alpha"],
  [RGB_ALPHA, "RGB with alpha"],
]);

/** Throws a PainterError for anything but a PNG of at most MAX_PIXELS pixels. */
export function readPngHeader(bytes: Uint8Array, name: string): PngHeader {
  if (bytes.length < 26 || SIGNATURE.some((byte, i) => bytes[i] !== byte)) {
    throw new PainterError(
      `${name} is not a PNG. Label maps must be PNG files, which keep every pixel as it is; ` +
        "JPEG and WebP blend neighbouring labels.",
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = {
    width: view.getUint32(16),
    height: view.getUint32(20),
    bitDepth: view.getUint8(24),
    colorType: view.getUint8(25),
  };
  const pixels = header.width * header.height;
  if (pixels < 1 || pixels > MAX_PIXELS) {
    throw new PainterError(
      `${name} has ${header.width}x${header.height} pixels ` +
        `(${(pixels / 1e6).toFixed(0)} megapixels); expected at most 4096x4096. Scale it down ` +
        "without smoothing (nearest neighbour).",
    );
  }
  return header;
}

/** "an 8-bit palette PNG". */
export function describe(header: PngHeader): string {
  const article = header.bitDepth === 8 ? "an" : "a";
  return `${article} ${header.bitDepth}-bit ${TYPES.get(header.colorType) ?? "unknown"} PNG`;
}
