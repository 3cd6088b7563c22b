/** Elements in one expression. */

import { ICONS } from "./icons";
import type { IconName } from "./icons";

type Value = string | number | boolean | undefined | ((event: never) => void);

/**
 * Makes an element. Attributes named on... are listeners; true sets an attribute without a value;
 * false and undefined leave it out.
 */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, Value> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const result = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") {
      result.addEventListener(name.slice(2), value as unknown as EventListener);
    } else if (value !== undefined && value !== false) {
      result.setAttribute(name, value === true ? "" : String(value));
    }
  }
  result.append(...children);
  return result;
}

export function icon(name: IconName): SVGSVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/** A button that shows an icon; its label is read out and shown as a tip. */
export function iconButton(
  name: IconName,
  label: string,
  attributes: Record<string, Value> = {},
): HTMLButtonElement {
  return element(
    "button",
    { type: "button", class: "icon-button", "aria-label": label, title: label, ...attributes },
    icon(name),
  );
}

/** A button with an icon and words. */
export function textButton(
  name: IconName,
  label: string,
  attributes: Record<string, Value> = {},
): HTMLButtonElement {
  return element(
    "button",
    { type: "button", class: "text-button", ...attributes },
    icon(name),
    element("span", {}, label),
  );
}

export function cssColor(color: readonly [number, number, number]): string {
  return `rgb(${color.join(" ")})`;
}
