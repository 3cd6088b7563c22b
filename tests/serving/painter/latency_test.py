"""How long a stroke takes to become a picture, and how long input waits: reported, not judged."""

import json
import statistics

import pytest

from spade_tf.export.contract import ModelCard
from tests.serving.painter.build_painter import PAINTER, build
from tests.serving.painter.painter_page import PainterPage
from tests.serving.painter.static_server import StaticServer

SHIPPED = PAINTER / "models"

OBSERVE = """() => {
  window.latencies = [];
  window.longTasks = [];
  const latency = document.querySelector('[data-testid="latency"]');
  const note = () => window.latencies.push(parseFloat(latency.textContent));
  new MutationObserver(note).observe(latency, { childList: true, characterData: true, subtree: true });
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) window.longTasks.push(duration);
  }).observe({ type: "longtask" });
}"""


@pytest.mark.parametrize("isolated", [False, True], ids=["one thread", "threads"])
def test_strokes_become_pictures(isolated, packages, new_page, tmp_path, capsys):
    if not (SHIPPED / "index.json").exists():
        pytest.skip("no model ships yet")
    build(tmp_path / "dist", SHIPPED)
    first = json.loads((SHIPPED / "index.json").read_text())["models"][0]
    card = ModelCard.read((SHIPPED / first["file"]).with_suffix(".json"))
    with StaticServer(tmp_path / "dist", isolated=isolated) as server:
        page = new_page(service_workers="block", viewport={"width": 1280, "height": 800})
        page.goto(server.url)
        painter = PainterPage(page, card)
        painter.get("latency").filter(has_text="ms").wait_for()
        page.wait_for_timeout(3000)  # the small pictures are painted meanwhile
        page.evaluate(OBSERVE)
        for stroke in range(10):
            painter.click(f"class-{stroke % len(card.labels)}")
            row = (stroke + 1) * card.height / 12
            painter.drag((card.width / 8, row), (card.width * 7 / 8, row), steps=20)
            page.wait_for_timeout(200)
        latencies, long_tasks = page.evaluate("[latencies, longTasks]")
    assert len(latencies) >= 10
    with capsys.disabled():
        print(
            f"\n{'several threads' if isolated else 'one thread'}: {len(latencies)} pictures of "
            f"{card.name}, median {statistics.median(latencies):.0f} ms, slowest "
            f"{max(latencies):.0f} ms; longest task of the page {max(long_tasks, default=0):.0f} ms "
            "(0: none over 50 ms)"
        )
