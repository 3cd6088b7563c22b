import { element, iconButton } from "./dom";
import { randomStyle } from "./style_blend";
import { Thumbnail } from "./thumbnail";

const COUNT = 8;

/** The layout in several styles at once. */
export class Samples {
  thumbnails: Thumbnail[] = [];
  private latentDim = 0;
  private readonly strip = element("div", { class: "strip samples-strip", "data-testid": "samples" });
  private readonly hint = element("p", { class: "hint" }, "This model paints a layout in one way.");
  private readonly renew = iconButton("dice", "Other samples", {
    "data-testid": "samples-renew",
    onclick: () => this.draw(),
  });
  readonly element = element(
    "section",
    { class: "card samples", id: "panel-samples", "aria-label": "Samples" },
    element("div", { class: "card-head" }, element("h2", {}, "Samples"), this.renew),
    this.hint,
    this.strip,
  );

  constructor(
    private readonly onChosen: (z: Float32Array) => void,
    private readonly refresh: () => void,
  ) {}

  show(latentDim: number): void {
    this.latentDim = latentDim;
    this.hint.hidden = latentDim > 0;
    this.renew.hidden = latentDim === 0;
    this.draw();
  }

  private draw(): void {
    const count = this.latentDim > 0 ? COUNT : 0;
    this.thumbnails = Array.from(
      { length: count },
      (_, i) => new Thumbnail(randomStyle(this.latentDim), `Use sample ${i + 1}`, this.onChosen),
    );
    this.strip.replaceChildren(...this.thumbnails.map(({ button }) => button));
    this.refresh();
  }
}
