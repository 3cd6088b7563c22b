/** Listing files. */

import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** Paths of the files in a folder and those in it, with slashes, in order; none if it is not there. */
export function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf-8" })
    .filter((path) => statSync(join(folder, path)).isFile())
    .map((path) => path.replaceAll("\\", "/"))
    .sort();
}
