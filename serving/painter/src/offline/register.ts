/** Starts the service worker, which keeps the painter for when there is no network. */

/** Longer than it takes to keep the page's few files; slower networks need not wait for it. */
const PATIENCE = 3000;

/**
 * Resolves as soon as the service worker answers for this page, so that what is loaded from then on
 * is kept; or when that takes long, or cannot be (in development, in private windows).
 */
export async function keepOffline(): Promise<void> {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  const { serviceWorker } = navigator;
  const inControl = new Promise<void>((resolve) => {
    if (serviceWorker.controller) resolve();
    else serviceWorker.addEventListener("controllerchange", () => resolve(), { once: true });
  });
  const late = new Promise<void>((resolve) => setTimeout(resolve, PATIENCE));
  try {
    await serviceWorker.register(new URL("service_worker.js", document.baseURI));
    await Promise.race([inControl, late]);
  } catch {
    // The painter works without; it just is not there when the network is not.
  }
}
