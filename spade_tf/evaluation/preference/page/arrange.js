// Where the three pictures go, so that they are as large as can be and all in sight.

const ARRANGEMENTS = [
  { name: "row", columns: 3, rows: 1 },
  { name: "pyramid", columns: 2, rows: 2 },
  { name: "stack", columns: 1, rows: 3 },
];

const BORDER = 12; // of a picture's own frame, both sides
const CAPTION = 28;
const GAP = 8;
const SMALLEST = 96;
const LARGEST = 512; // unless the image has more pixels
const CLEARLY = 1.1; // images above each other must gain as much to leave their sides

/** Lays out `area` for pictures of `width` x `height` pixels within what `around` leaves free. */
export function arrange(area, around, width, height) {
  const taken = around.reduce((sum, element) => sum + element.offsetHeight, 0);
  const space = {
    width: document.documentElement.clientWidth - 2 * GAP,
    height: window.innerHeight - taken - 3 * GAP,
  };
  const ratio = width / height;
  let best;
  for (const { name, columns, rows } of ARRANGEMENTS) {
    const across = (space.width - (columns - 1) * GAP) / columns - BORDER;
    const down = (space.height - (rows - 1) * GAP) / rows - BORDER - CAPTION;
    const fits = Math.min(across, down * ratio);
    if (!best || fits > (name === "stack" ? CLEARLY : 1) * best.fits) best = { name, fits };
  }
  const shown = Math.floor(Math.min(Math.max(best.fits, SMALLEST), Math.max(LARGEST, width)));
  area.dataset.arrangement = best.name;
  area.style.setProperty("--width", `${shown}px`);
  area.style.setProperty("--height", `${Math.round(shown / ratio)}px`);
}
