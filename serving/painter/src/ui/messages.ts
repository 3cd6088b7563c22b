import { PainterError } from "../model/types";
import { element, iconButton } from "./dom";

const NOTE_SECONDS = 6;

/** One message at a time, over the canvas: errors stay until they are closed, notes go by themselves. */
export class Messages {
  private readonly text = element("p", { class: "message-text" });
  private timer = 0;
  readonly element = element(
    "div",
    { class: "message", "data-testid": "message", role: "status", "aria-live": "polite", hidden: true },
    this.text,
    iconButton("close", "Close this message", { onclick: () => this.hide() }),
  );

  note(text: string): void {
    this.show(text, "note");
    this.timer = window.setTimeout(() => this.hide(), NOTE_SECONDS * 1000);
  }

  /** An error in words for the user; of faults of our own, what is known. */
  error(error: unknown): void {
    if (error instanceof PainterError) this.show(error.message, "error");
    else {
      const reason = error instanceof Error ? error.message : String(error);
      this.show(`Something went wrong: ${reason}. The drawing is kept; try again.`, "error");
    }
  }

  hide(): void {
    this.element.hidden = true;
  }

  private show(text: string, kind: "note" | "error"): void {
    window.clearTimeout(this.timer);
    this.element.dataset.kind = kind;
    this.element.hidden = false;
    this.text.textContent = text;
  }
}
