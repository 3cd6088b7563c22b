/**
 * Keeps the painter for when there is no network. Built apart, as one classic script.
 *
 * What it keeps is told apart by what it holds (__FILES__, of the build), not by its address: after
 * an update only the files that differ are fetched. The page is kept at once; LiteRT and models
 * when they are first asked for, since no device needs all of them.
 */

import { type Files, files, isLate, pathOnly } from "./kept_files";

declare const self: ServiceWorkerGlobalScope;
declare const __FILES__: Files;

const CACHE = "painter";

/** Makes the page cross-origin isolated, so that wasm has threads, on servers that do not. */
const ISOLATION = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

const kept = files(__FILES__, self.registration.scope);

self.addEventListener("install", (event) => {
  event.waitUntil(keepPage().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(forgetOthers().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const key = kept.get(pathOnly(request.url));
  if (key && request.method === "GET") event.respondWith(answer(key));
});

async function keepPage(): Promise<void> {
  const keys = [...new Set(kept.values())].filter((key) => !isLate(key));
  const responses = await Promise.all(keys.map(cachedOrFetched));
  const missing = responses.find((response) => !response.ok);
  if (missing) throw new Error(`${missing.url} cannot be kept: status ${missing.status}`);
}

async function forgetOthers(): Promise<void> {
  const cache = await caches.open(CACHE);
  const keys = new Set(kept.values());
  const others = (await cache.keys()).filter(({ url }) => !keys.has(url));
  await Promise.all(others.map((request) => cache.delete(request)));
}

async function answer(key: string): Promise<Response> {
  const response = await cachedOrFetched(key);
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(ISOLATION)) headers.set(name, value);
  const { status, statusText } = response;
  return new Response(response.body, { status, statusText, headers });
}

async function cachedOrFetched(key: string): Promise<Response> {
  const cache = await caches.open(CACHE);
  const cached = await cache.match(key, { ignoreVary: true });
  if (cached) return cached;
  // Past the browser's own cache, which may hold an older one.
  const response = await fetch(pathOnly(key), { cache: "no-cache" });
  if (response.ok && !response.redirected) await cache.put(key, response.clone());
  return response;
}
