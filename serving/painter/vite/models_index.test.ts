import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { modelsIndex } from "./models_index";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "models-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(stem: string, name: string, output: string) {
  writeFileSync(join(folder, `${stem}.tflite`), "");
  const sidecar = { name, file: `${stem}.tflite`, signature: { outputs: [{ name: output }] } };
  writeFileSync(join(folder, `${stem}.json`), JSON.stringify(sidecar));
}

test("lists a painter with its encoder and examples", () => {
  write("sea_float16", "sea", "image");
  write("sea_style", "sea", "mean");
  mkdirSync(join(folder, "examples"));
  writeFileSync(join(folder, "examples", "bay.png"), "");
  writeFileSync(join(folder, "notes.json"), "not read: no model is called so");
  expect(JSON.parse(modelsIndex(folder))).toEqual({
    models: [
      {
        name: "sea",
        file: "sea_float16.tflite",
        style: "sea_style.tflite",
        examples: ["examples/bay.png"],
      },
    ],
  });
});

test("tells several files of a model apart, and knows whose encoder is whose", () => {
  write("sea_float16", "sea", "image");
  write("sea_float32", "sea", "image");
  write("city", "city", "image");
  write("sea_style", "sea", "mean");
  const { models } = JSON.parse(modelsIndex(folder));
  expect(models.map(({ name, style }: { name: string; style: string }) => [name, style])).toEqual([
    ["city", null],
    ["sea_float16", "sea_style.tflite"],
    ["sea_float32", "sea_style.tflite"],
  ]);
});

test("a folder that is not there has no models", () => {
  expect(JSON.parse(modelsIndex(join(folder, "none")))).toEqual({ models: [] });
});
