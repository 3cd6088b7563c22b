import { expect, test } from "vitest";
import { checkLabels } from "./check_labels";
import { parseCard } from "./sidecar";
import { CARD_JSON } from "./testing";

const card = parseCard(CARD_JSON, "card");

test("takes labels of the model's size, with and without a style", () => {
  checkLabels(card, { labels: Uint8Array.of(0, 1, 0, 1, 0, 1) });
  checkLabels(card, { labels: new Uint8Array(6), z: new Float32Array(4) });
});

test.each([
  ["another size", { labels: new Uint8Array(5) }, "5 pixels; tiny paints 3x2 (6)"],
  ["an id of no class", { labels: Uint8Array.of(0, 1, 0, 2, 0, 1) }, "the id 2; tiny has classes 0 to 1"],
  ["a short style", { labels: new Uint8Array(6), z: new Float32Array(3) }, "3 numbers; tiny takes 4"],
])("refuses %s", (_, request, message) => {
  expect(() => checkLabels(card, request)).toThrow(message);
});
