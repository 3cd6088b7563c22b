import { expect, test } from "vitest";
import { baseOf, fileIds } from "./server_model";
import { parseCard } from "./sidecar";
import { CARD_JSON } from "./testing";

test.each([
  ["http://127.0.0.1:8081", "http://127.0.0.1:8081/"],
  ["  127.0.0.1:8081/ ", "http://127.0.0.1:8081/"],
  ["localhost:8081", "http://localhost:8081/"],
  ["https://example.org/paint//?x=1#y", "https://example.org/paint/"],
])("the address %s means %s", (address, expected) => {
  expect(baseOf(address).href).toBe(expected);
});

test.each(["", "http://", "a b:c"])("%o is no address", (address) => {
  expect(() => baseOf(address)).toThrow("expected one such as http://127.0.0.1:8081");
});

test("labels are sent as the values that files have for them", () => {
  const card = parseCard(CARD_JSON, "card");
  expect([...fileIds(card, Uint8Array.of(0, 1, 1, 0))]).toEqual([1, 255, 255, 1]);
});

test("a label that no file can hold is said by its name", () => {
  const label_of_file_id = [0, ...new Array<number>(255).fill(-1)];
  const card = parseCard({ ...CARD_JSON, label_of_file_id }, "card");
  expect([...fileIds(card, Uint8Array.of(0, 0))]).toEqual([0, 0]);
  expect(() => fileIds(card, Uint8Array.of(0, 1))).toThrow("no value for sea");
});
