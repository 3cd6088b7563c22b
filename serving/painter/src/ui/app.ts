/** Wires everything: the drawing to the model, the model to the picture, buttons to both. */

import { Drawing } from "../canvas/drawing";
import type { Pen } from "../canvas/drawing";
import { Stage } from "../canvas/stage";
import { LabelMap } from "../labels/label_map";
import { onInstallable } from "../offline/install";
import { inModels, openFiles, openServer, openShipped, shippedModels } from "../model/open";
import type { ShippedModel } from "../model/open";
import type { Card, PaintingModel } from "../model/types";
import { PainterError } from "../model/types";
import { keepLayout, keptLayout } from "./autosave";
import { listenToDrops } from "./drop";
import { Examples } from "./examples";
import { fileActions } from "./file_actions";
import { modelFiles, openLabels, openPhoto, saveLabels } from "./files";
import { Messages } from "./messages";
import { Models } from "./models";
import { Painting } from "./painting";
import { Palette } from "./palette";
import { Samples } from "./samples";
import { buildShell } from "./shell";
import { Shortcuts } from "./shortcuts";
import { StageBar } from "./stage_bar";
import { Styles } from "./styles";
import { Toolbar } from "./toolbar";

/** What is shown until there is a model. */
const NO_MODEL: Card = {
  name: "",
  height: 128,
  width: 128,
  labels: [],
  dontCare: null,
  labelOfFileId: [],
  hasInstances: false,
  latentDim: 0,
  styleSize: null,
  licence: "",
  source: "",
};

export class App {
  private readonly pen: Pen = { tool: "brush", label: 0, background: 0, diameter: 10 };
  private readonly messages = new Messages();
  private readonly toolbar = new Toolbar(this.pen, {
    chosen: () => {
      this.drawing.cancel();
      this.stage.invalidate();
    },
    undo: () => this.drawing.undo(),
    redo: () => this.drawing.redo(),
  });
  private readonly palette = new Palette((label) => this.chooseClass(label));
  private readonly styles = new Styles(
    { changed: () => this.painting?.invalidate(), photo: (file) => void this.readPhoto(file) },
    () => this.painting?.refreshThumbnails(),
  );
  private readonly samples = new Samples(
    (z) => this.styles.use(z, "Sample"),
    () => this.painting?.refreshThumbnails(),
  );
  private readonly examples = new Examples({
    chosen: (map) => this.drawing.load(map),
    clear: () => this.drawing.load(this.blank(this.card)),
    failed: (error) => this.messages.error(error),
  });
  private readonly models = new Models({
    shipped: (model) => void this.open(() => openShipped(model), model),
    files: (files) => void this.openAny(files),
    server: (url) => void this.open(() => openServer(url)),
  });
  private readonly bar = new StageBar({
    mode: (mode) => (this.stage.mode = mode),
    fit: () => this.stage.zoom(0),
  });
  private readonly files = fileActions({
    opened: (files) => void this.openAny(files),
    map: () => this.drawing.map,
    card: () => this.card,
    picture: () => this.stage.picture,
    said: (text) => this.messages.note(text),
    failed: (error) => this.messages.error(error),
  });
  private card: Card = NO_MODEL;
  private model: PaintingModel | null = null;
  private painting: Painting | null = null;
  private drawing = this.newDrawing(NO_MODEL);
  private readonly stage = new Stage(NO_MODEL, this.drawing, {
    hovered: (label) => this.bar.showLegend(label),
    zoomed: (zoom) => this.bar.showZoom(zoom),
    modeChanged: (mode) => this.bar.showMode(mode),
  });
  private pictures = 0;

  constructor(root: HTMLElement) {
    const shortcuts = new Shortcuts({
      tool: (tool) => this.toolbar.choose(tool),
      classAt: (place) => this.palette.chooseAt(place),
      resize: (steps) => this.toolbar.resize(steps),
      undo: () => this.drawing.undo(),
      redo: () => this.drawing.redo(),
      search: () => this.palette.focusSearch(),
      randomStyle: () => this.styles.random(),
      switchMode: () => this.switchMode(),
      zoom: (factor) => this.stage.zoom(factor),
      open: () => this.files.open(),
      save: () => this.attempt(() => saveLabels(this.drawing.map, this.card, "grey")),
      close: () => this.drawing.close(),
      cancel: () => this.drawing.cancel(),
      hold: (on) => this.stage.panWithAnyTool(on),
    });
    const { options, tools, eraser } = this.toolbar;
    root.append(
      buildShell({
        model: this.models.button,
        actions: this.files.buttons,
        corner: [shortcuts.button],
        stageBar: this.bar.elements,
        stage: this.stage.element,
        message: this.messages.element,
        draw: [options, this.palette.search, eraser, this.palette.element, tools],
        dock: [this.styles.element, this.samples.element, this.examples.element],
        tabbed: () => this.painting?.refreshThumbnails(),
      }),
      this.models.dialog,
      shortcuts.dialog,
    );
    this.toolbar.choose("brush");
    listenToDrops(root, (files) => void this.openAny(files));
    onInstallable((install) => this.files.offerInstall(install));
    window.addEventListener("unhandledrejection", (event) => this.messages.error(event.reason));
  }

  /** Opens the first model that came with the page; asks for one where there is none. */
  async start(): Promise<void> {
    const models = await shippedModels().catch((error: unknown) => {
      this.messages.error(error);
      return [];
    });
    this.models.offer(models);
    if (models[0]) await this.open(() => openShipped(models[0]!), models[0]);
    else this.models.ask();
  }

  /** Opens another model; where that fails, the one before stays. */
  private async open(opens: () => Promise<PaintingModel>, shipped?: ShippedModel): Promise<void> {
    this.bar.showBusy("Loading the model ...");
    document.body.classList.add("loading");
    this.messages.hide();
    try {
      await this.use(await opens(), shipped?.examples.map(inModels) ?? []);
    } catch (error) {
      this.messages.error(error);
      this.bar.showBusy(this.model?.where ?? "");
    } finally {
      document.body.classList.remove("loading");
    }
  }

  private async use(model: PaintingModel, examples: readonly URL[]): Promise<void> {
    const { card } = model;
    const kept = this.hasSameClasses(card) ? this.drawing.map : keptLayout(card);
    this.painting?.stop();
    this.model?.close();
    this.model = model;
    this.card = card;
    this.pen.background = card.dontCare ?? card.labels[0]!.id;
    this.drawing = this.newDrawing(card);
    this.stage.show(card, this.drawing);
    this.models.show(model);
    this.bar.showModel(card, model.where);
    this.toolbar.show(Math.max(card.width, card.height), card.labels);
    this.palette.show(card.labels);
    this.palette.choose(card.labels.find(({ id }) => id !== this.pen.background)?.id ?? 0);
    this.painting = null;
    const start = kept ?? (await this.examples.show(card, examples.slice(0, 1)));
    if (this.model !== model) return;
    if (start && !this.drawing.canUndo) this.drawing.restart(start);
    this.painting = this.newPainting(model);
    this.styles.show(card, model.readStyle !== undefined);
    this.samples.show(card.latentDim);
    this.painting.invalidate();
    await this.examples.show(card, examples);
  }

  private newDrawing(card: Card): Drawing {
    const drawing: Drawing = new Drawing(this.blank(card), this.pen, {
      changed: () => {
        this.stage.invalidate();
        this.painting?.invalidate();
        this.toolbar.update(drawing.canUndo || drawing.outline.length > 0, drawing.canRedo);
        if (card !== NO_MODEL) keepLayout(card, () => drawing.map);
      },
      picked: (label) => this.palette.choose(label),
    });
    return drawing;
  }

  private newPainting(model: PaintingModel): Painting {
    const source = {
      labels: () => this.drawing.map.ids,
      style: () => (this.card.latentDim > 0 ? this.styles.z : undefined),
      thumbnails: () =>
        [...this.styles.thumbnails, ...this.samples.thumbnails].filter(
          ({ canvas }) => canvas.offsetParent !== null,
        ),
    };
    return new Painting(model, source, {
      painted: (image, latency) => {
        this.stage.showPicture(image);
        this.stage.picture.dataset.painted = String(++this.pictures);
        this.bar.showLatency(latency);
        this.styles.painted(image);
      },
      failed: (error) => this.messages.error(error),
    });
  }

  private async readPhoto(file: File): Promise<void> {
    await this.attempt(async () => {
      const readStyle = this.model?.readStyle?.bind(this.model);
      if (!readStyle) throw new PainterError("This model cannot read the style of a photograph.");
      const photo = await openPhoto(file);
      const { mean } = await readStyle(photo);
      photo.close();
      this.styles.use(mean, `Style of ${file.name}`);
    });
  }

  /** Files that were chosen or dropped: a model, or a label map. */
  private async openAny(files: File[]): Promise<void> {
    const ofModel = modelFiles(files);
    if (ofModel.length > 0) return this.open(() => openFiles(ofModel));
    await this.attempt(async () => {
      const file = files[0];
      if (!file) return;
      if (!this.model) throw new PainterError("Choose a model first: it says what the labels mean.");
      const { map, note } = await openLabels(file, this.card);
      this.drawing.load(map);
      this.messages.hide();
      if (note) this.messages.note(note);
    });
  }

  private async attempt(action: () => void | Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.messages.error(error);
    }
  }

  private chooseClass(label: number): void {
    this.pen.label = label;
    if (["eraser", "picker", "pan"].includes(this.pen.tool)) this.toolbar.choose("brush");
  }

  private switchMode(): void {
    const isWide = matchMedia("(min-width: 760px)").matches;
    const modes = isWide ? (["layout", "overlay"] as const) : (["layout", "picture", "overlay"] as const);
    this.stage.mode = modes[(modes.findIndex((mode) => mode === this.stage.mode) + 1) % modes.length]!;
  }

  private blank(card: Card): LabelMap {
    return new LabelMap(card.width, card.height, undefined, this.pen.background);
  }

  private hasSameClasses(card: Card): boolean {
    const names = (labels: Card["labels"]) => labels.map(({ name }) => name).join("\n");
    return this.model !== null && names(card.labels) === names(this.card.labels);
  }
}
