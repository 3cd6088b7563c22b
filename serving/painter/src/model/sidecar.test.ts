import { expect, test } from "vitest";
import { parseCard, parseSidecar } from "./sidecar";
import { PAINTER_JSON, STYLE_JSON } from "./testing";
import { PainterError } from "./types";

const parse = (value: unknown) => parseSidecar(JSON.stringify(value), "tiny.json");

test("reads a painter's", () => {
  const { card, file, kind, inputs } = parse(PAINTER_JSON);
  expect([file, kind, inputs.map(({ name }) => name)]).toEqual([
    "tiny.tflite",
    "painter",
    ["label_map", "z"],
  ]);
  expect(card).toMatchObject({
    name: "tiny",
    height: 2,
    width: 3,
    dontCare: 1,
    hasInstances: false,
    latentDim: 4,
    styleSize: [5, 6],
    licence: "Apache-2.0",
    source: "made by a test",
  });
  expect(card.labels[1]).toEqual({ id: 1, name: "sea", color: [0, 60, 120] });
  expect([card.labelOfFileId.length, card.labelOfFileId[255]]).toEqual([256, 1]);
});

test("reads a style encoder's", () => {
  expect(parse(STYLE_JSON)).toMatchObject({ kind: "style", file: "tiny_style.tflite" });
});

test("reads a server's card, which has no signature, without style or licence", () => {
  const { licence, ...rest } = PAINTER_JSON;
  const card = parseCard({ ...rest, latent_dim: 0, style_size: null, dont_care: null }, "card");
  expect(licence).not.toBe("");
  expect(card).toMatchObject({ latentDim: 0, styleSize: null, dontCare: null, licence: "" });
});

test("what is no JSON is said with the name of the file", () => {
  expect(() => parseSidecar('{"name":', "cat.json")).toThrow(PainterError);
  expect(() => parseSidecar('{"name":', "cat.json")).toThrow(/^cat.json is no JSON/);
});

const withInputs = (...inputs: unknown[]) => ({
  ...PAINTER_JSON,
  signature: { ...PAINTER_JSON.signature, inputs },
});
const [labelMap, z] = PAINTER_JSON.signature.inputs;

test.each<[string, unknown, RegExp]>([
  ["a list", [1], /holds no object/],
  ["no size", { ...PAINTER_JSON, height: undefined }, /a height of nothing, not 1 to 4096/],
  ["a huge size", { ...PAINTER_JSON, width: 5000 }, /a width of 5000/],
  ["no classes", { ...PAINTER_JSON, labels: [] }, /1 to 256 classes/],
  [
    "ids in another order",
    { ...PAINTER_JSON, labels: [...PAINTER_JSON.labels].reverse() },
    /id 0, a name and a color .* entry 0/,
  ],
  ["a don't-care of no class", { ...PAINTER_JSON, dont_care: 2 }, /no class 2/],
  ["too few file ids", { ...PAINTER_JSON, label_of_file_id: [0, 1] }, /256 ids/],
  ["a file id of no class", { ...PAINTER_JSON, label_of_file_id: Array(256).fill(2) }, /256 ids/],
  ["no instances", { ...PAINTER_JSON, has_instances: "no" }, /has_instances/],
  ["a broken style", { ...PAINTER_JSON, latent_dim: -1 }, /latent_dim of -1/],
  ["a style of one side", { ...PAINTER_JSON, style_size: [5] }, /style_size of \[5\]/],
  ["no file", { ...PAINTER_JSON, file: 3 }, /no file name/],
  ["no signature", { ...PAINTER_JSON, signature: null }, /no `signature`/],
  ["another size of input", withInputs({ ...labelMap, shape: [1, 3, 2] }, z), /\[1,3,2\].*\[1,2,3\]/],
  ["rows of any number", withInputs({ ...labelMap, shape: [null, 2, 3] }, z), /shape in each/],
  ["an unknown input", withInputs(labelMap, { ...z, name: "mood" }), /`mood`/],
  ["no layout", withInputs(z), /no input `label_map`/],
  ["an unknown dtype", withInputs({ ...labelMap, dtype: "int64" }, z), /int32, float32, uint8/],
  ["no outputs", { ...PAINTER_JSON, signature: { inputs: [], outputs: [] } }, /no output `mean`/],
])("refuses %s", (_, value, message) => {
  expect(() => parse(value)).toThrow(PainterError);
  expect(() => parse(value)).toThrow(message);
});
