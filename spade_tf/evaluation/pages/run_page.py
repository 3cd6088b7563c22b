"""The page of a training run, `run.html` in its workdir: one file that any browser opens."""

import html
import json
import pathlib
import re

from spade_tf.evaluation.pages.page import VIEWER
from spade_tf.evaluation.pages.run_contents import run_contents
from spade_tf.files import write_beside
from spade_tf.training.workdir import Workdir

RUN_VIEWER = pathlib.Path(__file__).parent / "run_viewer"
STYLES = (VIEWER / "style.css", RUN_VIEWER / "run.css")
SCRIPTS = (VIEWER / "dom.js", RUN_VIEWER / "chart.js", RUN_VIEWER / "run.js")


def write_run_page(workdir: Workdir) -> pathlib.Path:
    """Writes the page from what lies in the workdir, and returns its path.

    Everything but the sample grids is inside of it; those it loads from beside itself.

    Raises:
      UserError: the folder is no workdir.
    """
    contents = run_contents(workdir)
    data = json.dumps(contents, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c")
    parts = {
        "PAGE_TITLE": html.escape(contents["title"]),
        "PAGE_STYLE": "\n".join(path.read_text(encoding="utf-8") for path in STYLES),
        "PAGE_SCRIPT": "\n".join(
            [f'"use strict";\nconst DATA = {data};']
            + [path.read_text(encoding="utf-8") for path in SCRIPTS]
        ),
    }
    text = (RUN_VIEWER / "index.html").read_text(encoding="utf-8")
    write_beside(workdir.run_page, re.sub("|".join(parts), lambda found: parts[found[0]], text))
    return workdir.run_page
