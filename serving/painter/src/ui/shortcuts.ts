import type { Tool } from "../canvas/drawing";
import { element, iconButton } from "./dom";
import { closeOnBackdrop } from "./models";

export interface ShortcutActions {
  tool(tool: Tool): void;
  classAt(place: number): void;
  resize(steps: number): void;
  undo(): void;
  redo(): void;
  search(): void;
  randomStyle(): void;
  switchMode(): void;
  zoom(factor: number): void;
  open(): void;
  save(): void;
  close(): void;
  cancel(): void;
  hold(on: boolean): void;
}

interface Shortcut {
  keys: string;
  what: string;
  matches(event: KeyboardEvent): boolean;
  run(actions: ShortcutActions, event: KeyboardEvent): void;
}

const plain = (...keys: string[]) => (event: KeyboardEvent) =>
  !event.ctrlKey && !event.metaKey && !event.altKey && keys.includes(event.key.toLowerCase());
const control = (key: string, shift?: boolean) => (event: KeyboardEvent) =>
  (event.ctrlKey || event.metaKey) &&
  event.key.toLowerCase() === key &&
  (shift === undefined || event.shiftKey === shift);
const tool = (key: string, name: Tool, what: string): Shortcut => ({
  keys: key.toUpperCase(),
  what,
  matches: plain(key),
  run: (actions) => actions.tool(name),
});

const SHORTCUTS: readonly Shortcut[] = [
  tool("b", "brush", "Brush"),
  tool("f", "fill", "Fill"),
  tool("l", "lasso", "Lasso or polygon"),
  tool("r", "rectangle", "Rectangle"),
  tool("e", "eraser", "Eraser"),
  tool("i", "picker", "Pick a class"),
  tool("h", "pan", "Move the view"),
  {
    keys: "1 ... 9",
    what: "Choose a class",
    matches: plain(..."123456789"),
    run: (actions, event) => actions.classAt(Number(event.key) - 1),
  },
  { keys: "/", what: "Search classes", matches: plain("/"), run: (actions) => actions.search() },
  { keys: "[", what: "Smaller brush", matches: plain("["), run: (actions) => actions.resize(-1) },
  { keys: "]", what: "Larger brush", matches: plain("]"), run: (actions) => actions.resize(1) },
  { keys: "Ctrl+Z", what: "Undo", matches: control("z", false), run: (actions) => actions.undo() },
  {
    keys: "Ctrl+Shift+Z",
    what: "Redo",
    matches: (event) => control("z", true)(event) || control("y")(event),
    run: (actions) => actions.redo(),
  },
  { keys: "N", what: "Random style", matches: plain("n"), run: (actions) => actions.randomStyle() },
  { keys: "V", what: "Next view", matches: plain("v"), run: (actions) => actions.switchMode() },
  { keys: "+", what: "Zoom in", matches: plain("+", "="), run: (actions) => actions.zoom(1.25) },
  { keys: "-", what: "Zoom out", matches: plain("-"), run: (actions) => actions.zoom(0.8) },
  { keys: "0", what: "See all", matches: plain("0"), run: (actions) => actions.zoom(0) },
  { keys: "Ctrl+O", what: "Open a layout", matches: control("o"), run: (actions) => actions.open() },
  { keys: "Ctrl+S", what: "Save the layout", matches: control("s"), run: (actions) => actions.save() },
];

/** Done by the canvas, listed here. */
const OTHERS: readonly [string, string][] = [
  ["Space", "Hold and drag to move"],
  ["Arrows", "Move a pen on the canvas"],
  ["Enter", "Lower or lift it; close a polygon"],
  ["Esc", "Leave the stroke"],
  ["?", "This list"],
];

export class Shortcuts {
  readonly dialog = element(
    "dialog",
    {
      class: "dialog keys-dialog",
      "aria-labelledby": "help-title",
      "data-testid": "help-dialog",
      onclick: closeOnBackdrop,
    },
    element(
      "div",
      { class: "dialog-head" },
      element("h2", { id: "help-title" }, "Keyboard and touch"),
      iconButton("close", "Close", { onclick: () => this.dialog.close() }),
    ),
    element(
      "p",
      { class: "hint" },
      "Draw with one finger, the mouse or a pen. Two fingers move and zoom; so do the wheel and the " +
        "middle button.",
    ),
    element(
      "dl",
      { class: "keys" },
      ...[...SHORTCUTS.map(({ keys, what }) => [keys, what] as const), ...OTHERS].map(([keys, what]) =>
        element("div", {}, element("dt", {}, element("kbd", {}, keys)), element("dd", {}, what)),
      ),
    ),
  );
  readonly button = iconButton("help", "Keyboard and touch (?)", {
    "data-testid": "help",
    onclick: () => this.dialog.showModal(),
  });

  constructor(private readonly actions: ShortcutActions) {
    document.addEventListener("keydown", (event) => this.pressed(event));
    document.addEventListener("keyup", (event) => event.key === " " && actions.hold(false));
    window.addEventListener("blur", () => actions.hold(false));
  }

  private pressed(event: KeyboardEvent): void {
    if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
    const shortcut = SHORTCUTS.find(({ matches }) => matches(event));
    if (shortcut) shortcut.run(this.actions, event);
    else if (event.key === "?") this.dialog.showModal();
    else if (event.key === "Escape") this.actions.cancel();
    else if (event.key === "Enter" && event.target === document.body) this.actions.close();
    else if (event.key === " " && !isButton(event.target)) this.actions.hold(true);
    else return;
    event.preventDefault();
  }
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLSelectElement ||
    (target instanceof HTMLInputElement && target.type !== "range")
  );
}

function isButton(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("button") !== null;
}
