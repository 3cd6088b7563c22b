// What the person chose, and what follows from it.
"use strict";

const choice = {
  search: "",
  sort: "name",
  only: "all",
  mode: "any",
  chosen: new Set(),
  columns: DATA.columns.map(() => true),
};
let shown = [];

const gallery = new Gallery(index => comparison.open(shown, index, shownColumns()));
const comparison = new Comparison(index => gallery.focus(index));

function shownColumns() {
  return choice.columns.flatMap((visible, column) => (visible ? [column] : []));
}

function update() {
  shown = select(DATA.examples, choice);
  const all = counted(DATA.examples.length, "example");
  byId("count").textContent =
    shown.length === DATA.examples.length
      ? `${all} shown`
      : `${shown.length.toLocaleString("en")} of ${all} shown`;
  showChosenCount(choice);
  showMetrics(choice.chosen);
  gallery.show(shown, shownColumns(), choice.chosen);
}

function setUpSelect(id, options, key) {
  const place = byId(id);
  for (const [value, { title }] of options) place.append(element("option", { value }, title));
  place.addEventListener("change", () => {
    choice[key] = place.value;
    update();
  });
}

function setUpColumns() {
  DATA.columns.forEach((title, column) => {
    const box = element("input", {
      type: "checkbox",
      change: () => {
        choice.columns[column] = box.checked;
        // One column must stay.
        if (!choice.columns.some(Boolean)) {
          box.checked = true;
          choice.columns[column] = true;
        }
        update();
      },
    });
    box.checked = true;
    byId("columns").append(element("label", {}, box, ` ${title}`));
  });
}

function start() {
  const knowsConfidence = DATA.examples.some(example => example.confidence !== undefined);
  const sorts = Object.entries(SORTS).filter(([key]) => key !== "confidence" || knowsConfidence);
  setUpSelect("sort", sorts, "sort");
  byId("only-label").hidden = DATA.marked === null;
  setUpSelect("only", Object.entries(ONLY), "only");
  setUpColumns();
  setUpClassFilter(choice, update);
  setUpReview();
  let waiting;
  byId("search").addEventListener("input", event => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      choice.search = event.target.value;
      update();
    }, 120);
  });
  const occurring = DATA.classes.filter(one => one.examples > 0).length;
  byId("summary").textContent =
    `${counted(DATA.examples.length, "example")}, ${occurring} of ${DATA.classes.length} classes occur`;
  document.documentElement.style.setProperty("--aspect", DATA.aspect);
  update();
}

start();
