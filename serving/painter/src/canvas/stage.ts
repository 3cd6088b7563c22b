/** Layout and picture side by side (or one above the other), seen through the same view. */

import type { Point } from "../labels/stroke";
import type { Card } from "../model/types";
import type { Drawing } from "./drawing";
import { listenToKeys } from "./keyboard_pen";
import { LayoutCanvas } from "./layout_canvas";
import { listenToPointers } from "./pointer";
import { View } from "./view";

export type StageMode = "layout" | "picture" | "overlay";

export interface StageEvents {
  /** The pointer is over a class, or over none. */
  hovered(label: number | undefined): void;
  zoomed(zoom: number): void;
  modeChanged(mode: StageMode): void;
}

const RINGLESS = new Set(["fill", "lasso", "rectangle", "picker", "pan"]);

export class Stage {
  readonly element = document.createElement("div");
  readonly picture = document.createElement("canvas");
  private readonly layoutFrame = frame("layout", "Layout: draw here");
  private readonly pictureFrame = frame("picture", "Picture");
  private readonly pictureSheet = document.createElement("div");
  private layout: LayoutCanvas;
  private view: View;
  private scheduled = false;
  private isPanning = false;

  constructor(
    card: Card,
    private drawing: Drawing,
    private readonly events: StageEvents,
  ) {
    this.element.className = "stage";
    this.picture.dataset.testid = "picture";
    this.picture.setAttribute("role", "img");
    this.picture.setAttribute("aria-label", "The picture that the model painted");
    this.pictureSheet.className = "sheet";
    this.pictureSheet.append(this.picture);
    this.pictureFrame.append(this.pictureSheet);
    this.element.append(pane("layout", this.layoutFrame), pane("picture", this.pictureFrame));
    this.layoutFrame.tabIndex = 0;
    this.layout = new LayoutCanvas(card.width, card.height, card.labels);
    this.view = new View(card.width, card.height);
    this.mode = "layout";
    this.show(card, drawing);
    this.listen();
    new ResizeObserver(() => this.invalidate()).observe(this.element);
  }

  /** Another model's canvases, or another drawing. */
  show(card: Card, drawing: Drawing): void {
    const { width, height } = card;
    this.drawing = drawing;
    this.layout = new LayoutCanvas(width, height, card.labels);
    this.layoutFrame.replaceChildren(this.layout.element);
    this.view = new View(width, height);
    this.picture.width = width;
    this.picture.height = height;
    for (const part of [this.pictureSheet, this.picture]) {
      part.style.width = `${width}px`;
      part.style.height = `${height}px`;
    }
    this.element.style.setProperty("--ratio", String(width / height));
    this.events.zoomed(1);
    this.invalidate();
  }

  get mode(): StageMode {
    return this.element.dataset.mode as StageMode;
  }

  set mode(mode: StageMode) {
    this.element.dataset.mode = mode;
    this.events.modeChanged(mode);
    this.invalidate();
  }

  showPicture(image: ImageData): void {
    this.picture.getContext("2d")!.putImageData(image, 0, 0);
  }

  /** Draws the layout at the next frame. */
  invalidate(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    requestAnimationFrame(() => {
      this.scheduled = false;
      this.layout.draw(this.drawing.map, this.drawing.outline);
      this.element.classList.toggle("drawing", this.drawing.isDrawing);
      this.element.dataset.tool = this.isPanning ? "pan" : this.drawing.pen.tool;
      this.place(this.layoutFrame, this.layout.element);
      this.place(this.pictureFrame, this.pictureSheet);
    });
  }

  /** Zooms about the middle; 0 shows the whole again. */
  zoom(factor: number): void {
    const size = sizeOf(this.layoutFrame);
    if (factor === 0) this.view.reset();
    else this.view.zoomAt(size, { x: size.width / 2, y: size.height / 2 }, factor);
    this.zoomed();
  }

  /** While this is on, pointers move the map whatever the tool. */
  panWithAnyTool(on: boolean): void {
    this.isPanning = on;
    this.invalidate();
  }

  private listen(): void {
    const toMap = (at: Point) => this.view.toMap(sizeOf(this.layoutFrame), at);
    listenToPointers(this.layoutFrame, {
      begin: (point) => this.drawing.begin({ ...point, ...toMap(point) }),
      extend: (points) => this.drawing.extend(points.map((at) => ({ ...at, ...toMap(at) }))),
      finish: () => this.drawing.finish(),
      cancel: () => this.drawing.cancel(),
      hover: (at) => this.hover(at && toMap(at)),
      pan: (dx, dy) => {
        this.view.pan(sizeOf(this.layoutFrame), dx, dy);
        this.zoomed();
      },
      zoom: (at, factor) => {
        this.view.zoomAt(sizeOf(this.layoutFrame), at, factor);
        this.zoomed();
      },
      pans: () => this.isPanning || this.drawing.pen.tool === "pan",
    });
    listenToKeys(this.layoutFrame, () => this.drawing, (pen) => this.showRing(pen, true));
    this.pictureFrame.addEventListener("pointermove", (event) => {
      const box = this.pictureFrame.getBoundingClientRect();
      const at = { x: event.clientX - box.left, y: event.clientY - box.top };
      const { x, y } = this.view.toMap(box, at);
      this.events.hovered(this.drawing.map.at(x, y));
    });
    this.pictureFrame.addEventListener("pointerleave", () => this.events.hovered(undefined));
    // The small one of the two that are shown on a phone changes places with the large one.
    this.element.addEventListener(
      "pointerdown",
      (event) => {
        const inset = (event.target as HTMLElement).closest<HTMLElement>(".pane");
        if (!inset || getComputedStyle(inset).getPropertyValue("--inset").trim() !== "1") return;
        event.stopPropagation();
        event.preventDefault();
        this.mode = this.mode === "layout" ? "picture" : "layout";
      },
      { capture: true },
    );
  }

  private zoomed(): void {
    this.events.zoomed(this.view.zoom);
    this.invalidate();
  }

  private hover(at: Point | null): void {
    this.events.hovered(at ? this.drawing.map.at(at.x, at.y) : undefined);
    this.showRing(at, false);
  }

  private showRing(at: Point | null, always: boolean): void {
    const { tool, diameter } = this.drawing.pen;
    const isPoint = RINGLESS.has(tool);
    this.layout.showRing(isPoint && !always ? null : at, isPoint ? 2 : diameter);
  }

  private place(frame: HTMLElement, sheet: HTMLElement): void {
    const { scale, x, y } = this.view.placement(sizeOf(frame));
    sheet.style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
  }
}

function sizeOf(element: HTMLElement): { width: number; height: number } {
  return { width: element.clientWidth, height: element.clientHeight };
}

function frame(name: string, label: string): HTMLElement {
  const element = document.createElement("div");
  element.className = `frame frame-${name}`;
  element.setAttribute("role", "group");
  element.setAttribute("aria-label", label);
  return element;
}

function pane(name: string, content: HTMLElement): HTMLElement {
  const element = document.createElement("section");
  element.className = `pane pane-${name}`;
  element.setAttribute("aria-label", name === "layout" ? "Layout" : "Picture");
  element.append(content);
  return element;
}
