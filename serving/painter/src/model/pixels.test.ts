import { expect, test } from "vitest";
import { middle, withAlpha, withoutAlpha } from "./pixels";

test("adds and takes away alpha", () => {
  const rgb = [1, 2, 3, 254, 255, 0];
  expect([...withAlpha(rgb)]).toEqual([1, 2, 3, 255, 254, 255, 0, 255]);
  expect([...withoutAlpha(withAlpha(rgb))]).toEqual(rgb);
});

test.each([
  [{ width: 400, height: 200 }, { width: 10, height: 10 }, [100, 0, 200, 200]],
  [{ width: 200, height: 400 }, { width: 10, height: 10 }, [0, 100, 200, 200]],
  [{ width: 400, height: 200 }, { width: 40, height: 10 }, [0, 50, 400, 100]],
  [{ width: 3, height: 2 }, { width: 300, height: 200 }, [0, 0, 3, 2]],
])("the middle of %o in the shape of %o", (picture, shape, expected) => {
  expect(middle(picture, shape)).toEqual(expected);
});
