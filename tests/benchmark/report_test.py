import pytest

from spade_tf.benchmark.cases import Case, Workload
from spade_tf.benchmark.measure import Options, Row
from spade_tf.benchmark.peaks import Peak
from spade_tf.benchmark.report import as_text, figures, report_of, table
from spade_tf.benchmark.rounds import Timing
from spade_tf.config import Config

WORK = Workload("inference", 512, 256, 8)
PEAKS = {"float32": Peak(matrix_product=25e9, convolution=20e9)}


def row(model, seconds, macs, error=None):
    case = Case(WORK, model, "graph", "float32")
    timing = Timing(first_seconds=9.0, seconds=seconds, error=error)
    return Row(case, timing, macs, memory=3 * 2**20, grey_levels_off=0.00125)


ROWS = [
    row("spade_convolutions", [2.0, 4.0, 1.0], 10 * 10**9),
    row("clade", [0.5, 0.25, 7.0], 10**9),
    row("spade_neighbourhoods", [], 5, error="no room"),
]


def test_figures_by_hand():
    spade, clade, failed = figures(ROWS, "spade_convolutions", PEAKS)
    assert spade == {
        "model": "spade_convolutions",
        "mode": "graph",
        "precision": "float32",
        "median_ms": 2000.0,
        "min_ms": 1000.0,
        "max_ms": 4000.0,
        "images_per_second": 4.0,  # 8 in 2 s
        "ratio": 1.0,
        "gmacs": 10.0,
        "gmacs_per_second": 5.0,
        "share_of_peak": 0.25,  # of 20
        "memory_mib": 3.0,
        "first_seconds": 9.0,
        "grey_levels_off": 0.00125,
        "seconds": [2.0, 4.0, 1.0],
    }
    assert (clade["median_ms"], clade["ratio"], clade["images_per_second"]) == (500.0, 0.25, 16.0)
    assert failed == {
        "model": "spade_neighbourhoods",
        "mode": "graph",
        "precision": "float32",
        "error": "no room",
    }


def test_without_the_baseline_there_are_no_ratios():
    assert [x.get("ratio") for x in figures(ROWS, "pytorch_spade", PEAKS)] == [None] * 3
    assert figures(ROWS, "clade", PEAKS)[0]["ratio"] == 4.0


def test_table():
    text = table(str(WORK), figures(ROWS, "spade_convolutions", PEAKS))
    assert text == (
        "inference, 512x256, batch 8\n"
        "  model                 mode   precision  median ms     min     max  images/s  ratio"
        "   GMAC  GMAC/s  of peak  MiB  first s  grey off\n"
        "  spade_convolutions    graph  float32       2000.0  1000.0  4000.0      4.00   1.00"
        "  10.00     5.0      25%    3      9.0    0.0013\n"
        "  clade                 graph  float32        500.0   250.0  7000.0     16.00   0.25"
        "   1.00     2.0      10%    3      9.0    0.0013\n"
        "  spade_neighbourhoods  graph  float32    failed: no room"
    )


def test_columns_that_nobody_has_are_left_out():
    rows = [{"model": "a", "mode": "graph", "precision": "float32", "median_ms": 1.0}]
    assert table("t", rows) == (
        "t\n  model  mode   precision  median ms\n  a      graph  float32          1.0"
    )


def test_report_and_text():
    options = Options(("clade",), ("graph",), ("float32",), 3, None, True)
    machine = {"cpu": "abacus", "gpus": [], "cores": 2, "intra_op_threads": 2}
    machine["load_before"] = [0.25, 0.5, 1.0]
    report = report_of(Config(), options, machine, PEAKS, {WORK: ROWS}, "clade")
    assert report["label_maps"] == "procedural"
    assert report["peaks"]["float32"]["convolution_gmacs_per_second"] == pytest.approx(20)
    (workload,) = report["workloads"]
    assert (workload["title"], workload["batch"], workload["width"]) == (str(WORK), 8, 512)
    assert [x["model"] for x in workload["rows"]] == [x.case.model for x in ROWS]
    lines = as_text(report).splitlines()
    assert lines[:3] == [
        "custom, procedural label maps, 3 rounds",
        "abacus; 2 cores, 2 threads an operation; load before: 0.2",
        "peak: float32: 20 GMAC/s in convolutions, 25 in matrix products",
    ]
    assert lines[4] == str(WORK)
    assert lines[-4].startswith("ratio: median over that of clade")
