// Curves over the images seen, drawn as wide as there is room; a finger or pointer reads values.
"use strict";

const SVG = "http://www.w3.org/2000/svg";
const HEIGHT = 210;
const EDGE = { left: 52, right: 12, top: 10, bottom: 34 };

function svg(tag, attributes, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** A number as short as it may be. */
function short(value) {
  if (value === null || value === undefined) return "none";
  const size = Math.abs(value);
  if (size !== 0 && (size < 0.001 || size >= 1e6)) return value.toExponential(1);
  return value.toLocaleString("en", { maximumSignificantDigits: 3 });
}

/** Round numbers from low to high, about as many as asked for. */
function ticks(low, high, count) {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find(factor => factor * power >= rough);
  const found = [];
  for (let n = Math.ceil(low / step - 1e-9); n * step <= high + step * 1e-9; n += 1) {
    found.push(n * step + 0);
  }
  return found;
}

/** Logarithms of 1, 2, 5, 10 and so on from low to high; over many decades of powers of ten. */
function logTicks(low, high) {
  const factors = high - low > 2.5 ? [1] : [1, 2, 5];
  const found = [];
  for (let power = Math.floor(low); power <= high; power += 1) {
    found.push(...factors.map(factor => power + Math.log10(factor)));
  }
  return found.filter(tick => tick >= low && tick <= high);
}

/** Means over a window of a twentieth of all values, which are null where there is none. */
function smooth(values) {
  const reach = Math.floor(values.length / 40);
  return values.map((own, place) => {
    if (own === null) return null;
    const near = values.slice(Math.max(place - reach, 0), place + reach + 1);
    const known = near.filter(value => value !== null);
    return known.reduce((sum, value) => sum + value, 0) / known.length;
  });
}

class Chart {
  /**
   * `lines` has a list of values for each name, `images` where they were taken. Options: `log`,
   * `zero` (the axis begins there), `unit`, `starts` (images at which the run was started again).
   */
  constructor(title, images, lines, { log = false, zero = false, unit = "", starts = [] } = {}) {
    Object.assign(this, { title, images, log, zero, unit, starts });
    this.lines = Object.entries(lines).map(([name, values]) => ({
      name,
      values: log ? values.map(value => (value > 0 ? value : null)) : values,
    }));
    for (const line of this.lines) line.smooth = smooth(line.values);
    this.plot = svg("svg", { role: "img", "aria-label": this.described() });
    this.readout = element("span", { class: "readout muted" });
    const key = this.lines.length > 1 ? element("div", { class: "key" }, ...this.names()) : null;
    const header = element("header", {}, element("h3", {}, title), this.readout);
    this.figure = element("figure", { class: "chart" }, header, key, this.plot);
    this.plot.addEventListener("pointermove", event => this.point(event));
    this.plot.addEventListener("pointerdown", event => this.point(event));
    this.plot.addEventListener("pointerleave", () => this.rest());
    new ResizeObserver(() => this.draw()).observe(this.plot);
    this.rest();
  }

  names() {
    return this.lines.map((line, number) =>
      element("span", { style: `color: var(--series-${number % 7})` }, line.name),
    );
  }

  described() {
    const last = this.lines.map(({ name, values }) => `${name} ${short(values.at(-1))}`);
    return `${this.title} over ${counted(this.images.at(-1), "image")}; last: ${last.join(", ")}`;
  }

  /** What the axes reach over; a curve that is flat gets some room. */
  measure(width) {
    const known = this.lines
      .flatMap(line => line.values)
      .filter(value => value !== null)
      .map(value => (this.log ? Math.log10(value) : value));
    let low = known.reduce((a, b) => Math.min(a, b), Infinity);
    let high = known.reduce((a, b) => Math.max(a, b), -Infinity);
    if (!known.length) [low, high] = [0, 1];
    if (this.zero) low = Math.min(low, 0);
    const room = (high - low) * 0.05 || Math.abs(high) * 0.1 || 1;
    if (!this.zero || low < 0) low -= room;
    high += room;
    const [first, last] = [0, this.images.at(-1)];
    const [inner, tall] = [width - EDGE.left - EDGE.right, HEIGHT - EDGE.top - EDGE.bottom];
    this.x = image => EDGE.left + (inner * (image - first)) / (last - first || 1);
    this.height = value => HEIGHT - EDGE.bottom - (tall * (value - low)) / (high - low);
    this.y = value => this.height(this.log ? Math.log10(value) : value);
    return { low, high, first, last };
  }

  draw() {
    const width = this.plot.clientWidth;
    if (!width) return;
    this.plot.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    const { low, high, first, last } = this.measure(width);
    const bottom = HEIGHT - EDGE.bottom;
    const parts = [];
    for (const tick of this.log ? logTicks(low, high) : ticks(low, high, 4)) {
      const y = this.height(tick);
      const text = short(this.log ? 10 ** tick : tick);
      parts.push(svg("line", { class: "grid", x1: EDGE.left, x2: width - EDGE.right, y1: y, y2: y }));
      parts.push(svg("text", { x: EDGE.left - 6, y: y + 4, "text-anchor": "end" }, text));
    }
    for (const tick of ticks(first, last, Math.max(3, Math.floor(width / 110)))) {
      const place = { x: this.x(tick), y: bottom + 16, "text-anchor": "middle" };
      parts.push(svg("text", place, tick.toLocaleString("en", { notation: "compact" })));
    }
    const middle = (EDGE.left + width - EDGE.right) / 2;
    parts.push(svg("text", { x: middle, y: HEIGHT - 3, "text-anchor": "middle" }, "images seen"));
    for (const image of this.starts) {
      const x = this.x(image);
      parts.push(svg("line", { class: "start", x1: x, x2: x, y1: EDGE.top, y2: bottom }));
    }
    this.lines.forEach((line, number) => {
      const stroke = `stroke: var(--series-${number % 7})`;
      if (this.lines.length === 1) {
        parts.push(svg("path", { class: "faint", d: this.path(line.values), style: stroke }));
      }
      parts.push(svg("path", { d: this.path(line.smooth), style: stroke }));
    });
    this.cursor = svg("line", { class: "cursor", y1: EDGE.top, y2: bottom, visibility: "hidden" });
    this.plot.replaceChildren(...parts, this.cursor);
  }

  path(values) {
    let pen = "M";
    return values
      .map((value, place) => {
        if (value === null) {
          pen = "M";
          return "";
        }
        const moved = `${pen}${this.x(this.images[place]).toFixed(1)} ${this.y(value).toFixed(1)}`;
        pen = "L";
        return moved;
      })
      .join("");
  }

  /** Shows the values nearest to a pointer. */
  point(event) {
    if (!this.x) return;
    const left = event.clientX - this.plot.getBoundingClientRect().left;
    const distances = this.images.map(image => Math.abs(this.x(image) - left));
    const place = distances.indexOf(Math.min(...distances));
    const x = this.x(this.images[place]);
    this.cursor.setAttribute("x1", x);
    this.cursor.setAttribute("x2", x);
    this.cursor.setAttribute("visibility", "visible");
    this.readout.textContent = `${this.at(place)} at ${counted(this.images[place], "image")}`;
  }

  rest() {
    this.cursor?.setAttribute("visibility", "hidden");
    this.readout.textContent = this.lines.length > 1 ? "" : `${this.at(this.images.length - 1)} at last`;
  }

  at(place) {
    const many = this.lines.length > 1;
    const texts = this.lines.map(
      ({ name, values }) => `${many ? `${name} ` : ""}${short(values[place])}${this.unit}`,
    );
    return texts.join(", ");
  }
}
