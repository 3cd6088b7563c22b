// Metrics by method, and below each those of the chosen classes.
"use strict";

/** Draws the table anew. */
function showMetrics(chosen) {
  const section = byId("metrics");
  section.hidden = DATA.metrics.length === 0;
  if (section.hidden) return;
  const names = [...chosen].map(label => DATA.classes[label].name);
  const rows = DATA.metrics.flatMap(metric => [
    metricRow(metricTitle(metric), metric.values, metric.higherIsBetter),
    ...names
      .filter(name => Object.hasOwn(metric.perClass, name))
      .map(name => metricRow([name], metric.perClass[name], metric.higherIsBetter, "of-class")),
  ]);
  const head = ["Metric", ...DATA.methods].map(text => element("th", { scope: "col" }, text));
  const hasClasses = DATA.metrics.some(metric => Object.keys(metric.perClass).length);
  const hint = hasClasses && !names.length ? "Choose classes to see theirs. " : "";
  section.replaceChildren(
    element("table", {}, element("thead", {}, element("tr", {}, ...head)),
      element("tbody", {}, ...rows)),
    element("p", { class: "muted" }, `${hint}★ marks the best; ↑ higher is better, ↓ lower.`),
  );
}

function metricTitle(metric) {
  const arrow = metric.higherIsBetter ? "↑" : "↓";
  return [metric.name, metric.unit ? ` (${metric.unit})` : "", ` ${arrow}`];
}

function metricRow(title, values, higherIsBetter, kind = "") {
  const known = values.filter(value => value !== null);
  const best = higherIsBetter ? Math.max(...known) : Math.min(...known);
  const cells = values.map(value => {
    if (value === null) return element("td", { class: "muted" }, "–");
    const wins = known.length > 1 && value === best;
    const mark = wins ? element("span", { title: "best", role: "img", "aria-label": "best" }, "★") : null;
    return element("td", { class: wins ? "best" : "" }, formatted(value), mark);
  });
  return element("tr", { class: kind }, element("th", { scope: "row" }, ...title), ...cells);
}

/** Four digits, without powers of ten for the sizes that metrics have. */
function formatted(value) {
  if (value === 0) return "0";
  const text = value.toPrecision(4);
  return text.includes("e") && Math.abs(value) >= 1 ? String(Math.round(value)) : text;
}
