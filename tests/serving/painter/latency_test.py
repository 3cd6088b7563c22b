"""How long a picture takes from its stroke, and how long the page is blocked: told, not asserted.

    python -m pytest -s tests/serving/painter/latency_test.py

Time belongs to the machine; a test cannot tell a slow painter from a busy computer.
"""

import os
import statistics

import pytest

from tests.serving.painter.build_painter import PAINTER, build
from tests.serving.painter.static_server import StaticServer

# Before anything of the page runs.
_WATCH = """
window.longTasks = [];
new PerformanceObserver(list => {
  for (const { startTime, duration } of list.getEntries()) longTasks.push([startTime, duration]);
}).observe({ type: "longtask", buffered: true });
window.latencies = [];
document.addEventListener("DOMContentLoaded", () => {
  const shown = new MutationObserver(() => {
    const latency = document.querySelector("[data-testid=latency]");
    if (latency?.dataset.milliseconds) latencies.push(Number(latency.dataset.milliseconds));
  });
  shown.observe(document.body, { subtree: true, attributeFilter: ["data-milliseconds"] });
});
"""


@pytest.fixture(scope="module", params=["1 thread", "2 threads"])
def shipped(request, packages, tmp_path_factory):
    """The painter with the model that ships (or that PAINTER_MODELS has); and its threads."""
    if "PAINTER_MODELS" not in os.environ and not any((PAINTER / "models").glob("*.tflite")):
        pytest.skip("no model ships yet")
    folder = tmp_path_factory.mktemp("painter") / "dist"
    build(folder)
    with StaticServer(folder, isolated=request.param != "1 thread") as server:
        yield server.url, request.param


def test_from_stroke_to_picture(new_page, shipped, capsys):
    url, threads = shipped
    page = new_page(viewport={"width": 1280, "height": 800})
    page.add_init_script(_WATCH)
    page.goto(url)
    latency = page.get_by_test_id("latency")
    latency.filter(has_text="ms").wait_for()
    page.wait_for_timeout(3000)  # first runs are slow; small pictures are painted meanwhile
    start = page.evaluate("() => { latencies.length = 0; return performance.now(); }")

    box = page.get_by_test_id("layout").bounding_box()
    mouse = page.mouse
    for stroke in range(4):
        y = box["y"] + box["height"] * (0.2 + 0.2 * stroke)
        mouse.move(box["x"] + 0.1 * box["width"], y)
        mouse.down()
        for step in range(30):
            mouse.move(box["x"] + box["width"] * (0.1 + 0.027 * step), y + 8 * (step % 3))
            page.wait_for_timeout(16)
        mouse.up()
        page.wait_for_timeout(300)

    latencies = page.evaluate("latencies")
    tasks = [length for begin, length in page.evaluate("longTasks") if begin > start]
    assert len(latencies) >= 8, "two pictures for each stroke, even on a slow machine"
    # Chromium tells of tasks from 50 ms on.
    longest = f"{max(tasks):.0f} ms" if tasks else "under 50 ms"
    median = statistics.median(latencies)
    with capsys.disabled():
        print(
            f"\n{threads}: {len(latencies)} pictures, median {median:.0f} ms, slowest "
            f"{max(latencies):.0f} ms; longest task of the page {longest}"
        )
