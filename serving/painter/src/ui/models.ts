/** Which model paints: one that came with the page, files of the user's, or a server's. */

import type { ShippedModel } from "../model/open";
import type { PaintingModel } from "../model/types";
import { element, icon, iconButton, textButton } from "./dom";

export interface ModelsEvents {
  shipped(model: ShippedModel): void;
  files(files: File[]): void;
  server(url: string): void;
}

export class Models {
  private readonly name = element("span", { class: "model-name" }, "No model");
  readonly button = element(
    "button",
    {
      type: "button",
      class: "text-button model-button",
      "data-testid": "model-picker",
      title: "Choose the model",
      onclick: () => this.dialog.showModal(),
    },
    icon("model"),
    this.name,
  );
  private readonly list = element("div", { class: "model-list", "data-testid": "model-list" });
  private readonly facts = element("dl", { class: "facts", "data-testid": "model-facts" });
  private readonly file = element("input", {
    type: "file",
    accept: ".tflite,.json",
    multiple: true,
    hidden: true,
    "data-testid": "model-files",
    onchange: () => this.chooseFiles(),
  });
  private readonly url = element("input", {
    type: "url",
    id: "server-url",
    placeholder: "http://127.0.0.1:8081",
    autocomplete: "url",
    required: true,
    "data-testid": "server-url",
  });
  readonly dialog = element(
    "dialog",
    { class: "dialog", "aria-labelledby": "models-title", onclick: closeOnBackdrop },
    element(
      "div",
      { class: "dialog-head" },
      element("h2", { id: "models-title" }, "Model"),
      iconButton("close", "Close", { onclick: () => this.dialog.close() }),
    ),
    this.list,
    element("h3", {}, "Your own"),
    textButton("open", "Open a .tflite and its .json", { onclick: () => this.file.click() }),
    element("p", { class: "hint" }, "Or drop both anywhere on this page. They stay on this device."),
    this.file,
    element("h3", {}, "A server"),
    element(
      "form",
      { class: "server-form", onsubmit: (event: SubmitEvent) => this.connect(event) },
      element("label", { for: "server-url" }, "Address of a gateway"),
      this.url,
      element(
        "button",
        { class: "text-button", "data-testid": "server-connect" },
        icon("server"),
        element("span", {}, "Connect"),
      ),
    ),
    this.facts,
  );

  constructor(private readonly events: ModelsEvents) {}

  /** The models that came with the page. */
  offer(models: readonly ShippedModel[]): void {
    const buttons = models.map((model) =>
      element(
        "button",
        {
          type: "button",
          class: "text-button",
          onclick: () => {
            this.dialog.close();
            this.events.shipped(model);
          },
        },
        icon("model"),
        element("span", {}, model.name),
      ),
    );
    const none = element("p", { class: "hint" }, "No model came with this page.");
    this.list.replaceChildren(...(buttons.length > 0 ? buttons : [none]));
  }

  show({ card, where, readStyle }: PaintingModel): void {
    this.name.textContent = card.name;
    const facts: [string, string][] = [
      ["Model", card.name],
      ["Runs on", where],
      ["Size", `${card.width} x ${card.height} pixels`],
      ["Classes", String(card.labels.length)],
      ["Style", card.latentDim ? `${card.latentDim} numbers` : "none"],
      ["Style from photos", readStyle ? "yes" : "no"],
      ["Licence", card.licence],
      ["Source", card.source],
    ];
    this.facts.replaceChildren(
      ...facts.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]),
    );
  }

  /** Shows the choice by itself: there is no model to start with. */
  ask(): void {
    if (!this.dialog.open) this.dialog.showModal();
  }

  private chooseFiles(): void {
    const files = [...(this.file.files ?? [])];
    this.file.value = "";
    this.dialog.close();
    if (files.length > 0) this.events.files(files);
  }

  private connect(event: SubmitEvent): void {
    event.preventDefault();
    this.dialog.close();
    this.events.server(this.url.value.trim());
  }
}

/** A click beside a dialog closes it. */
export function closeOnBackdrop(event: MouseEvent): void {
  const dialog = event.currentTarget as HTMLDialogElement;
  if (event.target === dialog) dialog.close();
}
