import { defineConfig } from "vitest/config";

/** A page is cross-origin isolated by these, and only then wasm may use threads. */
const ISOLATION = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

export default defineConfig({
  base: "./",
  build: { target: "es2022" },
  server: { host: "127.0.0.1", port: 8080, headers: ISOLATION },
  preview: { host: "127.0.0.1", port: 8080, headers: ISOLATION },
  test: { include: ["src/**/*.test.ts", "build/**/*.test.ts"] },
});
