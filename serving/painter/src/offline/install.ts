/** Installing the painter as an application. */

/** What browsers that can install pages send before they offer it; in no standard yet. */
interface BeforeInstallPrompt extends Event {
  prompt(): Promise<void>;
  readonly userChoice: Promise<{ outcome: "accepted" | "dismissed" }>;
}

/**
 * Calls `offer` with a function that asks the user, once the browser is ready to install, and with
 * null once that is done. It is never called where browsers install from their own menu only.
 */
export function onInstallable(offer: (install: (() => Promise<void>) | null) => void): void {
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    const prompt = event as BeforeInstallPrompt;
    offer(async () => {
      await prompt.prompt();
      await prompt.userChoice;
      offer(null);
    });
  });
  addEventListener("appinstalled", () => offer(null));
}
