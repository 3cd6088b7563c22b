/** Files that are served and copied as they are: LiteRT's wasm, and the models that ship. */

import { createReadStream, existsSync, readFileSync } from "node:fs";
import { basename, dirname, extname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Connect, Plugin } from "vite";
import { filesBelow } from "./files.ts";
import { modelsIndex } from "./models_index.ts";

const HERE = dirname(fileURLToPath(import.meta.url));
const WASM = resolve(HERE, "../node_modules/@litertjs/core/wasm");

/** Which builds of LiteRT can be asked for: without relaxed SIMD, with it, and with threads. */
const WASM_FILES = /^litert_wasm_(compat_|threaded_)?internal\.(js|wasm)$/;

const TYPES: Record<string, string> = {
  ".js": "text/javascript",
  ".json": "application/json",
  ".png": "image/png",
  ".wasm": "application/wasm",
};

/** Serves them in development, and copies them to where the build puts the page. */
export function extraFiles(models: string, headers: Record<string, string>): Plugin {
  return {
    name: "extra-files",
    configureServer(server) {
      server.middlewares.use(serve(models, headers));
    },
    generateBundle() {
      for (const [fileName, path] of found(models)) {
        this.emitFile({ type: "asset", fileName, source: readFileSync(path) });
      }
      if (!existsSync(join(models, "index.json"))) {
        this.emitFile({ type: "asset", fileName: "models/index.json", source: modelsIndex(models) });
      }
    },
  };
}

/** Where each file lies, by its address. */
function found(models: string): Map<string, string> {
  const wasm = filesBelow(WASM).filter((path) => WASM_FILES.test(basename(path)));
  return new Map([
    ...wasm.map((path) => [`litert/${path}`, join(WASM, path)] as const),
    ...filesBelow(models).map((path) => [`models/${path}`, join(models, path)] as const),
  ]);
}

function serve(models: string, headers: Record<string, string>): Connect.NextHandleFunction {
  return (request, response, next) => {
    const address = decodeURIComponent((request.url ?? "").split("?")[0]!).slice(1);
    const path = found(models).get(address);
    if (!path && address !== "models/index.json") return next();
    const type = TYPES[extname(address)] ?? "application/octet-stream";
    response.writeHead(200, { ...headers, "Content-Type": type, "Cache-Control": "no-cache" });
    if (path) createReadStream(path).pipe(response);
    else response.end(modelsIndex(models));
  };
}
