import { expect, test } from "vitest";
import { PAINTER_JSON, STYLE_JSON } from "./testing";
import { sortFiles } from "./user_files";

const json = (name: string, value: unknown) => new File([JSON.stringify(value)], name);
const model = (name: string) => new File([name], name);
const text = async (content: Promise<ArrayBuffer>) => new TextDecoder().decode(await content);

test("finds a painter and its encoder in any order", async () => {
  const { painter, encoder } = await sortFiles([
    json("tiny_style.json", STYLE_JSON),
    model("tiny.tflite"),
    json("tiny.json", PAINTER_JSON),
    model("tiny_style.tflite"),
  ]);
  expect(painter.sidecar.kind).toBe("painter");
  expect(await text(painter.read())).toBe("tiny.tflite");
  expect(await text(encoder!.read())).toBe("tiny_style.tflite");
});

test("a painter alone has no encoder, and files may have been renamed together", async () => {
  const files = [model("mine.tflite"), json("mine.json", PAINTER_JSON)];
  const { painter, encoder } = await sortFiles(files);
  expect(painter.sidecar.card.name).toBe("tiny");
  expect(encoder).toBeNull();
});

test("an encoder of other styles is not the painter's", async () => {
  const other = { ...STYLE_JSON, latent_dim: 9 };
  const { encoder } = await sortFiles([
    ...[model("tiny.tflite"), json("tiny.json", PAINTER_JSON)],
    ...[model("tiny_style.tflite"), json("tiny_style.json", other)],
  ]);
  expect(encoder).toBeNull();
});

test.each([
  ["nothing", [], /^nothing: no model/],
  ["a picture", [model("cat.png")], /^cat.png: no model/],
  ["a JSON alone", [json("tiny.json", PAINTER_JSON)], /^tiny.json: no model/],
  ["a model alone", [model("tiny.tflite")], /without its JSON; give tiny.json/],
  [
    "the JSON of another model",
    [model("other.tflite"), json("tiny.json", PAINTER_JSON)],
    /other.tflite came without its JSON; give other.json/,
  ],
  [
    "two painters",
    ["a", "b"].flatMap((x) => [model(`${x}.tflite`), json(`${x}.json`, PAINTER_JSON)]),
    /a.tflite, b.tflite: 2 of them paint/,
  ],
  [
    "an encoder alone",
    [model("tiny_style.tflite"), json("tiny_style.json", STYLE_JSON)],
    /tiny_style.tflite: 0 of them paint/,
  ],
])("refuses %s", async (_, files, message) => {
  await expect(sortFiles(files)).rejects.toThrow(message);
});
