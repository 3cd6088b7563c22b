/** Pictures as models have them, and as browsers have them. */

/** RGB values as a browser's picture, [height, width, 3] as [height, width, 4]. */
export function toImageData(rgb: ArrayLike<number>, width: number, height: number): ImageData {
  return new ImageData(withAlpha(rgb), width, height);
}

/** Adds an alpha of 255 to each pixel. */
export function withAlpha(rgb: ArrayLike<number>): Uint8ClampedArray<ArrayBuffer> {
  const rgba = new Uint8ClampedArray((rgb.length / 3) * 4);
  for (let from = 0, to = 0; from < rgb.length; from += 3, to += 4) {
    rgba[to] = rgb[from]!;
    rgba[to + 1] = rgb[from + 1]!;
    rgba[to + 2] = rgb[from + 2]!;
    rgba[to + 3] = 255;
  }
  return rgba;
}

/** Takes the alpha away. */
export function withoutAlpha(rgba: ArrayLike<number>): Uint8Array<ArrayBuffer> {
  const rgb = new Uint8Array((rgba.length / 4) * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3) {
    rgb[to] = rgba[from]!;
    rgb[to + 1] = rgba[from + 1]!;
    rgb[to + 2] = rgba[from + 2]!;
  }
  return rgb;
}

/** The largest part of a picture in the middle that has a shape: [left, top, width, height]. */
export function middle(
  picture: { width: number; height: number },
  shape: { width: number; height: number },
): [number, number, number, number] {
  const scale = Math.min(picture.width / shape.width, picture.height / shape.height);
  const width = shape.width * scale;
  const height = shape.height * scale;
  return [(picture.width - width) / 2, (picture.height - height) / 2, width, height];
}

/** The middle of a photograph, scaled to a size, as RGB [height, width, 3]. */
export function photographPixels(
  photo: ImageBitmap,
  height: number,
  width: number,
): Uint8Array<ArrayBuffer> {
  const context = new OffscreenCanvas(width, height).getContext("2d", {
    willReadFrequently: true,
  });
  if (!context) throw new Error("this browser gave no canvas to scale the photograph on");
  context.fillStyle = "white"; // behind what is transparent
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = "high";
  context.drawImage(photo, ...middle(photo, { width, height }), 0, 0, width, height);
  return withoutAlpha(context.getImageData(0, 0, width, height).data);
}
