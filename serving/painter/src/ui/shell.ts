/** The page: where everything lies, and the tabs that a phone has instead of room. */

import { element, icon } from "./dom";
import type { IconName } from "./icons";

const TABS: readonly { name: string; label: string; icon: IconName }[] = [
  { name: "draw", label: "Draw", icon: "brush" },
  { name: "style", label: "Style", icon: "style" },
  { name: "samples", label: "Samples", icon: "samples" },
  { name: "layouts", label: "Layouts", icon: "open" },
];

export interface ShellParts {
  /** Right of the name of the painter. */
  model: HTMLElement;
  /** Files; a menu on phones. */
  actions: HTMLElement[];
  corner: HTMLElement[];
  stageBar: HTMLElement[];
  stage: HTMLElement;
  message: HTMLElement;
  draw: HTMLElement[];
  dock: HTMLElement[];
  /** Another panel has come into sight. */
  tabbed(): void;
}

export function buildShell(parts: ShellParts): HTMLElement {
  const menu = element(
    "div",
    { class: "actions", id: "actions", popover: "auto", role: "group", "aria-label": "Files" },
    ...parts.actions,
  );
  menu.addEventListener("click", () => menu.matches(":popover-open") && menu.hidePopover());
  const menuButton = element(
    "button",
    {
      type: "button",
      class: "icon-button menu-button",
      popovertarget: "actions",
      "aria-label": "Files",
      title: "Files",
      "data-testid": "menu",
    },
    icon("more"),
  );
  const shell = element("div", { class: "shell", "data-tab": "draw" });
  shell.append(
    element(
      "header",
      { class: "header" },
      element("img", { class: "logo", src: "./icon.svg", alt: "", width: 28, height: 28 }),
      element("h1", {}, "Painter"),
      parts.model,
      element("div", { class: "space" }),
      menu,
      ...parts.corner,
      menuButton,
    ),
    element(
      "main",
      { class: "main" },
      element("div", { class: "stage-bar" }, ...parts.stageBar),
      element("div", { class: "stage-area" }, parts.stage, parts.message),
    ),
    element(
      "section",
      { class: "card draw", id: "panel-draw", "aria-label": "Draw", "data-tool": "brush" },
      ...parts.draw,
    ),
    element("div", { class: "dock" }, ...parts.dock),
    tabs(shell, parts.tabbed),
  );
  return shell;
}

function tabs(shell: HTMLElement, tabbed: () => void): HTMLElement {
  const buttons = TABS.map(({ name, label, icon: iconName }) =>
    element(
      "button",
      {
        type: "button",
        "aria-pressed": String(name === "draw"),
        "aria-controls": `panel-${name}`,
        "data-testid": `tab-${name}`,
        onclick: (event: MouseEvent) => {
          shell.dataset.tab = name;
          for (const button of buttons) {
            button.setAttribute("aria-pressed", String(button === event.currentTarget));
          }
          tabbed();
        },
      },
      icon(iconName),
      element("span", {}, label),
    ),
  );
  return element("nav", { class: "tabs", "aria-label": "Panels" }, ...buttons);
}
