from PIL import Image

from spade_tf.benchmark.charts import draw_workloads

ROW = {
    "model": "clade",
    "mode": "graph",
    "precision": "float32",
    "median_ms": 5.0,
    "min_ms": 4.0,
    "max_ms": 7.0,
    "ratio": 0.5,
    "share_of_peak": 0.8,
    "memory_mib": 100.0,
}
FAILED = {**{key: ROW[key] for key in ("mode", "precision")}, "model": "new", "error": "no room"}


def red_pixels(path):
    with Image.open(path) as picture:
        counts = {color: n for n, color in picture.convert("RGB").getcolors(maxcolors=1 << 24)}
    return counts.get((214, 39, 40), 0)  # the floor's colour


def test_bars_with_floors(tmp_path):
    path = tmp_path / "times.png"
    draw_workloads([{"title": "a", "rows": [ROW, FAILED]}, {"title": "b", "rows": [ROW]}], path)
    with_two = red_pixels(path)
    draw_workloads([{"title": "a", "rows": [{**ROW, "memory_mib": None}, FAILED]}], path)
    with_one = red_pixels(path)
    draw_workloads([{"title": "a", "rows": [FAILED]}], path)
    assert with_two > with_one > red_pixels(path) == 0
    assert [file.name for file in tmp_path.iterdir()] == ["times.png"]
