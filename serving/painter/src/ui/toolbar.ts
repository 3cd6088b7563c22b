/** Tools, brush size, undo and redo. */

import type { Pen, Tool } from "../canvas/drawing";
import type { Label } from "../model/types";
import { element, iconButton } from "./dom";
import type { IconName } from "./icons";

const TOOLS: readonly { tool: Tool; label: string; key: string }[] = [
  { tool: "brush", label: "Brush", key: "B" },
  { tool: "fill", label: "Fill", key: "F" },
  { tool: "lasso", label: "Lasso: drag, or click the corners of a polygon", key: "L" },
  { tool: "rectangle", label: "Rectangle", key: "R" },
  { tool: "eraser", label: "Eraser", key: "E" },
  { tool: "picker", label: "Pick a class from the layout", key: "I" },
  { tool: "pan", label: "Move the view", key: "H" },
];

export interface ToolbarEvents {
  chosen(): void;
  undo(): void;
  redo(): void;
}

export class Toolbar {
  private readonly buttons = new Map<Tool, HTMLButtonElement>();
  private readonly undoButton: HTMLButtonElement;
  private readonly redoButton: HTMLButtonElement;
  private readonly sizeText = element("output", { class: "size-text" });
  private readonly size = element("input", {
    type: "range",
    min: 0,
    max: 100,
    step: 1,
    "aria-label": "Brush size",
    "data-testid": "brush-size",
    oninput: () => this.setSize(this.diameterAt(Number(this.size.value))),
  });
  private readonly background = element("select", {
    "aria-label": "What the eraser leaves",
    "data-testid": "eraser-class",
    onchange: () => (this.pen.background = Number(this.background.value)),
  });
  readonly tools: HTMLElement;
  readonly options: HTMLElement;
  readonly eraser = element(
    "label",
    { class: "eraser-class" },
    element("span", {}, "Eraser leaves"),
    this.background,
  );
  private largest = 64;

  constructor(
    private readonly pen: Pen,
    private readonly events: ToolbarEvents,
  ) {
    this.tools = element(
      "div",
      { class: "tools", role: "toolbar", "aria-label": "Tools" },
      ...TOOLS.map(({ tool, label, key }) => this.toolButton(tool, label, key)),
    );
    this.undoButton = iconButton("undo", "Undo (Ctrl+Z)", {
      "data-testid": "undo",
      onclick: () => events.undo(),
    });
    this.redoButton = iconButton("redo", "Redo (Ctrl+Shift+Z)", {
      "data-testid": "redo",
      onclick: () => events.redo(),
    });
    this.options = element(
      "div",
      { class: "options" },
      this.undoButton,
      this.redoButton,
      element("label", { class: "size", title: "Brush size ([ and ])" }, this.size, this.sizeText),
    );
  }

  /** Another model: other sizes, other classes. */
  show(longSide: number, labels: readonly Label[]): void {
    this.largest = longSide / 2;
    this.background.replaceChildren(
      ...labels.map(({ id, name }) => element("option", { value: id }, name)),
    );
    this.background.value = String(this.pen.background);
    this.setSize(longSide / 12);
    this.update(false, false);
  }

  choose(tool: Tool): void {
    this.pen.tool = tool;
    for (const [name, button] of this.buttons) {
      button.setAttribute("aria-pressed", String(name === tool));
    }
    this.tools.parentElement?.setAttribute("data-tool", tool);
    this.events.chosen();
  }

  /** Makes the brush some steps larger or smaller. */
  resize(steps: number): void {
    this.setSize(this.diameterAt(Number(this.size.value) + steps * 5));
  }

  update(canUndo: boolean, canRedo: boolean): void {
    this.undoButton.disabled = !canUndo;
    this.redoButton.disabled = !canRedo;
  }

  private setSize(diameter: number): void {
    this.pen.diameter = Math.min(this.largest, Math.max(1, diameter));
    this.size.value = String(Math.round(100 * Math.log(this.pen.diameter) / Math.log(this.largest)));
    const text = `${this.pen.diameter.toFixed(this.pen.diameter < 10 ? 1 : 0)} px`;
    this.size.setAttribute("aria-valuetext", text);
    this.sizeText.textContent = text;
  }

  /** The slider's places are spaced by ratio: small sizes need the finer steps. */
  private diameterAt(place: number): number {
    return this.largest ** (Math.min(100, Math.max(0, place)) / 100);
  }

  private toolButton(tool: Tool, label: string, key: string): HTMLButtonElement {
    const button = iconButton(tool satisfies IconName, `${label} (${key})`, {
      "data-testid": `tool-${tool}`,
      "aria-pressed": "false",
      "aria-keyshortcuts": key,
      onclick: () => this.choose(tool),
    });
    this.buttons.set(tool, button);
    return button;
  }
}
