import type { LabelMap } from "../labels/label_map";
import type { Point } from "../labels/stroke";
import type { Label } from "../model/types";

const SVG = "http://www.w3.org/2000/svg";

/** The label map in its colours, with open outlines and the brush's ring above it. */
export class LayoutCanvas {
  readonly element = document.createElement("div");
  private readonly canvas = document.createElement("canvas");
  private readonly overlay = document.createElementNS(SVG, "svg");
  /** Dark below and light above, so that they are seen on every colour. */
  private readonly outlines = [svg("polyline"), svg("polyline")];
  private readonly rings = [svg("circle"), svg("circle")];
  private readonly context: CanvasRenderingContext2D;
  private image: ImageData;
  private pixels: Uint32Array;
  /** The colour of each id as the four bytes of a pixel. */
  private readonly colors = new Uint32Array(256);

  constructor(width: number, height: number, labels: readonly Label[]) {
    this.element.className = "sheet";
    this.canvas.width = width;
    this.canvas.height = height;
    this.canvas.dataset.testid = "layout";
    this.canvas.className = "pixelated";
    this.context = this.canvas.getContext("2d")!;
    this.image = new ImageData(width, height);
    this.pixels = new Uint32Array(this.image.data.buffer);
    const bytes = new Uint8Array(this.colors.buffer);
    for (const { id, color } of labels) bytes.set([...color, 255], 4 * id);
    this.overlay.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.overlay.setAttribute("aria-hidden", "true");
    this.overlay.append(...this.outlines, ...this.rings);
    this.element.append(this.canvas, this.overlay);
    for (const part of [this.element, this.canvas, this.overlay]) {
      part.style.width = `${width}px`;
      part.style.height = `${height}px`;
    }
  }

  draw(map: LabelMap, outline: readonly Point[]): void {
    const { pixels, colors } = this;
    const ids = map.ids;
    for (let i = 0; i < ids.length; i++) pixels[i] = colors[ids[i]!]!;
    this.context.putImageData(this.image, 0, 0);
    const points = outline.map(({ x, y }) => `${x.toFixed(2)},${y.toFixed(2)}`).join(" ");
    for (const line of this.outlines) line.setAttribute("points", points);
  }

  /** Shows where the pen would draw; null hides it. */
  showRing(centre: Point | null, diameter: number): void {
    for (const ring of this.rings) {
      ring.toggleAttribute("hidden", centre === null);
      if (!centre) continue;
      ring.setAttribute("cx", centre.x.toFixed(2));
      ring.setAttribute("cy", centre.y.toFixed(2));
      ring.setAttribute("r", (diameter / 2).toFixed(2));
    }
  }
}

function svg(tag: "polyline" | "circle"): SVGElement {
  const element = document.createElementNS(SVG, tag);
  element.setAttribute("fill", "none");
  element.setAttribute("vector-effect", "non-scaling-stroke");
  if (tag === "circle") element.toggleAttribute("hidden", true);
  return element;
}
