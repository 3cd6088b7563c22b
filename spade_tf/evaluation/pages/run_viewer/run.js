// The sections of the page; a run that has nothing to show in one has none.
"use strict";

const STATUS = { start: "running or killed", done: "done", stopped: "stopped", failed: "failed" };

function section(id, title, ...children) {
  const heading = element("h2", {}, title);
  byId("sections").append(element("section", { id }, heading, ...children));
}

function table(titles, rows) {
  const head = element("tr", {}, ...titles.map(title => element("th", { scope: "col" }, title)));
  const body = rows.map(cells =>
    element("tr", {}, ...cells.map(cell => element("td", {}, cell ?? ""))),
  );
  const made = element("table", {}, element("thead", {}, head), element("tbody", {}, ...body));
  return element("div", { class: "scroll", tabindex: 0 }, made);
}

function when(seconds) {
  return new Date(seconds * 1000).toLocaleString("en-GB", {
    dateStyle: "medium",
    timeStyle: "short",
  });
}

function duration(seconds) {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function showHead() {
  const status = byId("status");
  const last = DATA.history.at(-1);
  status.textContent = last ? STATUS[last.event] : "";
  status.hidden = !last;
  if (last?.event === "failed") {
    status.className = "failed";
    byId("summary").after(element("p", { class: "reason" }, last.reason));
  }
  byId("summary").textContent = DATA.summary;
  for (const [name, value] of DATA.figures) {
    const text = name === "Time" ? duration(value) : value;
    const entry = element("div", {}, element("dt", {}, name), element("dd", {}, text));
    byId("figures").append(entry);
  }
}

function showSamples() {
  const samples = DATA.samples;
  if (!samples.length) return;
  const image = element("img", { decoding: "async" });
  const link = element("a", {}, image);
  const slider = element("input", {
    type: "range",
    min: 0,
    max: samples.length - 1,
    value: samples.length - 1,
    "aria-label": "Step of the samples",
    input: show,
  });
  const name = element("output", {});
  const earlier = element("button", { type: "button", click: () => move(-1) }, "Earlier");
  const later = element("button", { type: "button", click: () => move(1) }, "Later");

  // Only the picture that is looked at is loaded.
  function show() {
    const place = Number(slider.value);
    const [step, path] = samples[place];
    image.src = link.href = fileUrl(path);
    image.alt = `Layouts, photographs and synthesised images at step ${step}`;
    name.textContent = `step ${step.toLocaleString("en")}`;
    slider.setAttribute("aria-valuetext", name.textContent);
    earlier.disabled = place === 0;
    later.disabled = place === samples.length - 1;
  }

  function move(by) {
    slider.value = Number(slider.value) + by;
    show();
  }

  show();
  const bar = element("div", { class: "bar" }, earlier, slider, later);
  section("samples", "Samples", element("div", { class: "sample" }, name, bar, link));
}

function showCharts(id, title, charts, note = null) {
  if (!charts.length) return;
  const figures = charts.map(chart => chart.figure);
  section(id, title, note && element("p", { class: "muted" }, note), element("div", { class: "charts" }, ...figures));
}

function chartsOf(curves, options) {
  const starts = { starts: DATA.starts };
  return Object.entries(curves.lines).map(
    ([name, values]) => new Chart(name, curves.images, { [name]: values }, { ...starts, ...options }),
  );
}

function showSpeed() {
  const { images, lines } = DATA.speed;
  if (!images.length) return;
  const options = { zero: true, starts: DATA.starts };
  const pick = names => Object.fromEntries(names.map(name => [name, lines[name]]));
  const memory = Object.keys(lines).filter(name => !["images/s", "input"].includes(name));
  showCharts("speed", "Speed and memory", [
    new Chart("Images per second", images, pick(["images/s"]), options),
    new Chart("Waiting for input", images, pick(["input"]), { ...options, unit: " %" }),
    new Chart("Peak memory", images, pick(memory), { ...options, unit: " GiB" }),
  ]);
}

function showScores() {
  if (!DATA.scores.length) return;
  const charts = DATA.scores
    .filter(score => score.points.length > 1)
    .map(({ metric, points, unit }) => {
      const values = { [metric]: points.map(point => point[1]) };
      return new Chart(metric, points.map(point => point[0] * DATA.images_per_step), values, {
        unit: unit ? ` ${unit}` : "",
      });
    });
  const rows = DATA.scores.map(score => [
    score.metric,
    score.best && `${score.best[1].toFixed(2)} at step ${score.best[0].toLocaleString("en")}`,
    score.last && `${score.last[1].toFixed(2)} at step ${score.last[0].toLocaleString("en")}`,
    score.higher_is_better ? "higher" : "lower",
  ]);
  section(
    "scores",
    "Evaluation",
    table(["Metric", "Best", "Last", "Better is"], rows),
    element("div", { class: "charts" }, ...charts.map(chart => chart.figure)),
  );
}

function showConfig() {
  const rows = DATA.changed.map(({ key, value, standard, help }) => [
    element("div", {}, element("code", {}, key), element("div", { class: "help" }, help)),
    element("code", {}, value),
    element("code", {}, standard),
  ]);
  section(
    "config",
    "Configuration",
    element("p", { class: "muted" }, "What differs from the papers' recipe; config.json has everything."),
    table(["Key", "Here", "Papers"], rows),
  );
}

function showHistory() {
  if (!DATA.history.length) return;
  const { command } = DATA.history.findLast(line => line.event === "start");
  const rows = DATA.history.map(line => [
    when(line.time),
    line.event,
    line.step.toLocaleString("en"),
    line.reason,
  ]);
  section(
    "history",
    "Starts and ends",
    element("p", { class: "command" }, element("code", {}, command)),
    table(["Time", "Event", "Step", "Reason"], rows),
  );
}

function showBadExamples() {
  const { count, shown } = DATA.bad_examples;
  if (!count) return;
  const rows = shown.map(({ example, reason }) => [example, reason]);
  const note = count > shown.length ? `${shown.length} of ${count}` : counted(count, "example");
  section(
    "bad-examples",
    "Skipped examples",
    element("p", { class: "muted" }, `${note}, which could not be used.`),
    table(["Example", "Reason"], rows),
  );
}

function showEnvironment() {
  if (!DATA.environment.length) return;
  section("environment", "Environment", table(["What", "Version"], DATA.environment));
}

showHead();
showSamples();
showCharts("losses", "Losses", chartsOf(DATA.losses, {}));
showScores();
showSpeed();
if (DATA.gradient_norms.images.length) {
  const { images, lines } = DATA.gradient_norms;
  const chart = new Chart("Of each term", images, lines, { log: true, starts: DATA.starts });
  const note = "How strongly each weighted term pulls at what it trains; the axis is logarithmic.";
  showCharts("gradient-norms", "Gradient norms", [chart], note);
}
showHistory();
showBadExamples();
showConfig();
showEnvironment();
byId("footer").textContent = `Written ${when(DATA.written)} from the files beside this page.`;
