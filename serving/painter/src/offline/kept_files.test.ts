import { expect, test } from "vitest";
import { files, isLate, pathOnly } from "./kept_files";

const SCOPE = "https://example.org/paint/";

test("keys tell what a file holds; the page is asked for by its folder too", () => {
  const keys = files({ "index.html": "aa", "assets/x.js": "bb" }, SCOPE);
  expect(Object.fromEntries(keys)).toEqual({
    [SCOPE]: `${SCOPE}?aa`,
    [`${SCOPE}index.html`]: `${SCOPE}?aa`,
    [`${SCOPE}assets/x.js`]: `${SCOPE}assets/x.js?bb`,
  });
});

test("LiteRT and models wait until they are asked for; their list does not", () => {
  const late = ["litert/a.wasm", "models/a.tflite", "models/examples/a.png"];
  const now = ["index.html", "worker.js", "assets/models.js", "models/index.json"];
  const keysOf = (paths: string[]) =>
    [...files(Object.fromEntries(paths.map((path) => [path, "aa"])), SCOPE).values()];
  expect(keysOf(late).map(isLate)).toEqual([true, true, true]);
  expect(new Set(keysOf(now).map(isLate))).toEqual(new Set([false]));
});

test("what follows a path is left out", () => {
  expect(pathOnly(`${SCOPE}?a=1#b`)).toBe(SCOPE);
  expect(pathOnly(`${SCOPE}x.js#b`)).toBe(`${SCOPE}x.js`);
});
