import { element } from "./dom";
import { blendStyles, randomStyle } from "./style_blend";
import { Thumbnail } from "./thumbnail";

export interface StylePadEvents {
  /** While the handle moves. */
  moved(z: Float32Array): void;
  /** When it comes to rest. */
  rested(): void;
}

const STEP = 0.05;
const CORNERS = ["left above", "right above", "left below", "right below"];
const ARROWS = new Map<string, [number, number]>([
  ["ArrowLeft", [-STEP, 0]],
  ["ArrowRight", [STEP, 0]],
  ["ArrowUp", [0, -STEP]],
  ["ArrowDown", [0, STEP]],
]);

/** A square with a style by chance in each corner; its handle blends them. */
export class StylePad {
  corners: Thumbnail[] = [];
  private x = 0.5;
  private y = 0.5;
  private readonly handle = element("div", {
    class: "pad-handle",
    role: "slider",
    tabindex: 0,
    "aria-label": "Blend of four styles; arrow keys move it",
    "aria-valuemin": 0,
    "aria-valuemax": 100,
    onkeydown: (event: KeyboardEvent) => this.key(event),
  });
  private readonly grid = element("div", { class: "pad-corners", "aria-hidden": "true" });
  readonly element = element("div", { class: "pad", "data-testid": "style-pad" }, this.grid, this.handle);

  constructor(private readonly events: StylePadEvents) {
    let isHeld = false;
    this.element.addEventListener("pointerdown", (event) => {
      isHeld = true;
      this.element.setPointerCapture(event.pointerId);
      this.handle.focus({ preventScroll: true });
      event.preventDefault();
      this.follow(event);
    });
    this.element.addEventListener("pointermove", (event) => isHeld && this.follow(event));
    const release = () => {
      if (isHeld) this.events.rested();
      isHeld = false;
    };
    this.element.addEventListener("pointerup", release);
    this.element.addEventListener("pointercancel", release);
    this.place();
  }

  /** Four other styles; the handle goes to the middle. */
  shuffle(latentDim: number): void {
    this.corners = CORNERS.map(
      (name) => new Thumbnail(randomStyle(latentDim), `Style ${name}`, () => undefined),
    );
    this.grid.replaceChildren(...this.corners.map((corner) => corner.canvas));
    this.x = this.y = 0.5;
    this.element.classList.remove("used");
    this.place();
  }

  private follow(event: PointerEvent): void {
    const box = this.element.getBoundingClientRect();
    this.move((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
  }

  private key(event: KeyboardEvent): void {
    const arrow = ARROWS.get(event.key);
    if (!arrow) return;
    event.preventDefault();
    this.move(this.x + arrow[0], this.y + arrow[1]);
    this.events.rested();
  }

  private move(x: number, y: number): void {
    this.x = Math.min(1, Math.max(0, x));
    this.y = Math.min(1, Math.max(0, y));
    this.element.classList.add("used");
    this.place();
    this.events.moved(blendStyles(this.corners.map((corner) => corner.z), this.x, this.y));
  }

  private place(): void {
    this.handle.style.left = `${100 * this.x}%`;
    this.handle.style.top = `${100 * this.y}%`;
    this.handle.setAttribute("aria-valuenow", String(Math.round(100 * this.x)));
    const text = `${Math.round(100 * this.x)} % across, ${Math.round(100 * this.y)} % down`;
    this.handle.setAttribute("aria-valuetext", text);
  }
}
