/**
 * Scripts that run beside the page, each bundled into one classic script.
 *
 * LiteRT's loader calls importScripts, which module workers do not have; and a service worker must
 * lie at the root of the pages that it answers for.
 */

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Plugin, ResolvedConfig } from "vite";
import { build } from "vite";
import { filesBelow } from "./files.ts";

const WORKER = { file: "worker.js", entry: "src/model/worker.ts" };
const SERVICE_WORKER = { file: "service_worker.js", entry: "src/offline/service_worker.ts" };

/** Serves the worker in development; builds both. In development there is no service worker. */
export function classicScripts(headers: Record<string, string>): Plugin {
  let config: ResolvedConfig;
  return {
    name: "classic-scripts",
    configResolved(resolved) {
      config = resolved;
    },
    configureServer(server) {
      server.middlewares.use(`/${WORKER.file}`, (_, response, next) => {
        bundle(config, WORKER.entry).then((code) => {
          response.writeHead(200, { ...headers, "Content-Type": "text/javascript" });
          response.end(code);
        }, next);
      });
    },
    async generateBundle() {
      const source = await bundle(config, WORKER.entry);
      this.emitFile({ type: "asset", fileName: WORKER.file, source });
    },
    async closeBundle() {
      if (config.command !== "build") return;
      const folder = resolve(config.root, config.build.outDir);
      const files = JSON.stringify(hashes(folder));
      const code = await bundle(config, SERVICE_WORKER.entry, { __FILES__: files });
      writeFileSync(join(folder, SERVICE_WORKER.file), code);
    },
  };
}

/** What each file of a build holds, in short, by its path. */
function hashes(folder: string): Record<string, string> {
  const hash = (path: string) =>
    createHash("sha256").update(readFileSync(join(folder, path))).digest("hex").slice(0, 16);
  const files = filesBelow(folder).filter((path) => path !== SERVICE_WORKER.file);
  return Object.fromEntries(files.map((path) => [path, hash(path)]));
}

async function bundle(
  config: ResolvedConfig,
  entry: string,
  define: Record<string, string> = {},
): Promise<string> {
  const output = await build({
    configFile: false,
    publicDir: false,
    root: config.root,
    logLevel: "warn",
    define,
    build: {
      write: false,
      target: config.build.target,
      lib: { entry, formats: ["iife"], name: "script" },
    },
  });
  const [chunk] = (Array.isArray(output) ? output : [output]).flatMap((one) =>
    "output" in one ? one.output : [],
  );
  if (chunk?.type !== "chunk") throw new Error(`${entry} was not bundled into a script`);
  return chunk.code;
}
