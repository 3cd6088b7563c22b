import { element } from "./dom";

/** A small picture of the present layout in some style; choosing it chooses the style. */
export class Thumbnail {
  readonly canvas = element("canvas", { "aria-hidden": "true" });
  readonly button: HTMLButtonElement;

  constructor(
    public z: Float32Array,
    label: string,
    onChosen: (z: Float32Array) => void,
  ) {
    this.button = element(
      "button",
      {
        type: "button",
        class: "thumbnail",
        "aria-label": label,
        title: label,
        onclick: () => onChosen(this.z),
      },
      this.canvas,
    );
  }

  get isPainted(): boolean {
    return this.canvas.classList.contains("painted");
  }

  draw(image: ImageData): void {
    if (this.canvas.width !== image.width || this.canvas.height !== image.height) {
      this.canvas.width = image.width;
      this.canvas.height = image.height;
    }
    this.canvas.getContext("2d")!.putImageData(image, 0, 0);
    this.canvas.classList.add("painted");
  }
}
