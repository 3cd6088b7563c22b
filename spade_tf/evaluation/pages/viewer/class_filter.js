// The list of classes: legend and filter in one.
"use strict";

/** Fills the list with the classes that occur, the most frequent first. `changed` is called with
 * nothing; the chosen labels are kept in `choice.chosen`. */
function setUpClassFilter(choice, changed) {
  const entries = DATA.classes
    .map((one, label) => ({ ...one, label }))
    .filter(one => one.examples > 0)
    .sort((a, b) => b.examples - a.examples);
  const list = byId("class-list");
  for (const one of entries) {
    const box = element("input", {
      type: "checkbox",
      value: one.label,
      change: () => {
        if (box.checked) choice.chosen.add(one.label);
        else choice.chosen.delete(one.label);
        changed();
      },
    });
    const count = element("span", { class: "muted" }, one.examples.toLocaleString("en"));
    const name = element("span", { class: "name" }, one.name);
    one.item = element("li", {}, element("label", {}, box, swatch(one.color), name, count));
    list.append(one.item);
  }
  const search = byId("class-search");
  search.hidden = entries.length < 12;
  search.addEventListener("input", () => {
    const text = search.value.trim().toLowerCase();
    for (const one of entries) one.item.hidden = !one.name.toLowerCase().includes(text);
  });
  byId("clear").addEventListener("click", () => {
    choice.chosen.clear();
    for (const box of list.querySelectorAll("input")) box.checked = false;
    changed();
  });
  for (const radio of document.querySelectorAll("input[name=mode]")) {
    radio.addEventListener("change", () => {
      choice.mode = radio.value;
      changed();
    });
  }
  // On a phone the list would push the pictures out of sight.
  byId("classes").open = window.matchMedia("(min-width: 800px)").matches;
}

function showChosenCount(choice) {
  byId("chosen-count").textContent = choice.chosen.size ? `(${choice.chosen.size} chosen)` : "";
  byId("clear").disabled = choice.chosen.size === 0;
}
