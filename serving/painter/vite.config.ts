import { resolve } from "node:path";
import { defineConfig } from "vitest/config";
import { classicScripts } from "./vite/classic_scripts.ts";
import { extraFiles } from "./vite/extra_files.ts";

/** A page is cross-origin isolated by these, and only then wasm may use threads. */
const ISOLATION = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

const MODELS = resolve(import.meta.dirname, process.env.PAINTER_MODELS ?? "models");

export default defineConfig({
  base: "./",
  appType: "mpa", // a missing file is 404, not the page
  plugins: [extraFiles(MODELS, ISOLATION), classicScripts(ISOLATION)],
  build: { target: "es2022", chunkSizeWarningLimit: 1000 },
  server: { host: "127.0.0.1", port: 8080, headers: ISOLATION },
  preview: { host: "127.0.0.1", port: 8080, headers: ISOLATION },
  test: { include: ["src/**/*.test.ts", "vite/**/*.test.ts"] },
});
