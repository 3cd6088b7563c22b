/** Which files of a build are kept, and under which keys. */

/** What each file of a build holds, in short, by its path. */
export type Files = Record<string, string>;

/** The key of each address that may be asked for; `scope` is the folder of the page. */
export function files(built: Files, scope: string): Map<string, string> {
  const keys = new Map<string, string>();
  for (const [path, hash] of Object.entries(built)) {
    const isPage = path === "index.html"; // which some servers only give by the name of its folder
    const url = new URL(isPage ? "./" : path, scope).href;
    keys.set(url, `${url}?${hash}`);
    if (isPage) keys.set(`${url}index.html`, `${url}?${hash}`);
  }
  return keys;
}

/** An address or key without what follows its path. */
export function pathOnly(url: string): string {
  return url.split(/[?#]/)[0]!;
}

/** Whether a file is kept only when it is asked for: builds of LiteRT, and models. */
export function isLate(url: string): boolean {
  return /\/(litert|models)\//.test(url) && !pathOnly(url).endsWith("/models/index.json");
}
