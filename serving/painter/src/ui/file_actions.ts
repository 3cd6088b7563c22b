import type { LabelMap } from "../labels/label_map";
import type { Card } from "../model/types";
import { element, textButton } from "./dom";
import { saveLabels, savePicture, sharePicture } from "./files";

export interface FileActionsContext {
  opened(files: File[]): void;
  map(): LabelMap;
  card(): Card;
  picture(): HTMLCanvasElement;
  said(text: string): void;
  failed(error: unknown): void;
}

/** The buttons that open, save and share. */
export interface FileActions {
  buttons: HTMLElement[];
  open(): void;
  /** Shows a button that installs the painter as an application, or takes it away. */
  offerInstall(install: (() => Promise<void>) | null): void;
}

export function fileActions(context: FileActionsContext): FileActions {
  const attempt = (action: () => unknown) => async () => {
    try {
      await action();
    } catch (error) {
      context.failed(error);
    }
  };
  const input = element("input", {
    type: "file",
    accept: ".png,image/png",
    hidden: true,
    onchange: () => {
      const files = [...(input.files ?? [])];
      input.value = "";
      context.opened(files);
    },
  });
  let installs: (() => Promise<void>) | null = null;
  const install = textButton("save", "Install", {
    "data-testid": "install",
    title: "Install the painter on this device",
    hidden: true,
    onclick: attempt(() => installs?.()),
  });
  const buttons = [
    textButton("open", "Open", {
      "data-testid": "load",
      title: "Open a label map (Ctrl+O)",
      onclick: () => input.click(),
    }),
    textButton("save", "Save labels", {
      "data-testid": "save-labels",
      title: "Save the layout as a grey PNG of label ids (Ctrl+S)",
      onclick: attempt(() => saveLabels(context.map(), context.card(), "grey")),
    }),
    textButton("save", "Save coloured", {
      "data-testid": "save-labels-palette",
      title: "Save the layout as a palette PNG in the model's colours",
      onclick: attempt(() => saveLabels(context.map(), context.card(), "palette")),
    }),
    textButton("save", "Save picture", {
      "data-testid": "save-picture",
      title: "Save the picture as a PNG",
      onclick: attempt(() => savePicture(context.picture(), context.card())),
    }),
    textButton("share", "Share", {
      "data-testid": "share",
      title: "Share the picture",
      onclick: attempt(async () => {
        const said = await sharePicture(context.picture(), context.card());
        if (said) context.said(said);
      }),
    }),
    install,
    input,
  ];
  return {
    buttons,
    open: () => input.click(),
    offerInstall: (offered) => {
      installs = offered;
      install.hidden = offered === null;
    },
  };
}
