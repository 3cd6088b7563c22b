"""A page of results side by side that works from a file: layouts, photographs, several methods.

    python -m tools.results_page --config=NAME --config.data.root=DIR --output=DIR \\
        --methods=SPADE=FOLDER,CLADE=FOLDER [--metrics=SPADE=FILE.json,CLADE=FILE.json]

A method is a folder of images named after the validation label maps, such as
`python -m spade_tf.synthesize` writes; a file of metrics comes from `python -m spade_tf.evaluate`.
Open DIR/index.html in any browser: it needs no server and no network.
"""

import pathlib

from absl import flags

from spade_tf import command_line
from spade_tf.errors import UserError
from spade_tf.files import check_folder

command_line.define_config_flags()
flags.DEFINE_list("methods", [], "NAME=FOLDER,NAME=FOLDER: titles and folders of images")
flags.DEFINE_list("metrics", [], "NAME=FILE.json,NAME=FILE.json: what spade_tf.evaluate wrote")
flags.DEFINE_string("output", None, "folder for the page and its pictures")
flags.DEFINE_string("title", "", "heading of the page")
flags.DEFINE_integer("limit", 0, "most examples, evenly spread; 0 = all", lower_bound=0)


def main(_: object) -> None:
    methods = named_paths("methods", "FOLDER")
    metrics = named_paths("metrics", "FILE.json")
    if not methods:
        raise UserError("give --methods=NAME=FOLDER,NAME=FOLDER")
    output = command_line.required_path("output")
    check_folder(output, "--output")
    config = command_line.config_from_flags()

    command_line.import_tensorflow()  # only once the command line is sound
    from spade_tf.evaluation.pages.results import write_results_page

    count = write_results_page(
        config,
        methods,
        output,
        metrics=metrics,
        title=flags.FLAGS.title,
        limit=flags.FLAGS.limit,
    )
    print(f"{count} examples; open {output / 'index.html'}")


def named_paths(flag: str, what: str) -> dict[str, pathlib.Path]:
    """NAME=PATH,NAME=PATH of a flag. Raises UserError for another form or a name given twice."""
    paths: dict[str, pathlib.Path] = {}
    for text in getattr(flags.FLAGS, flag):
        name, equals, path = text.partition("=")
        if not (name and equals and path):
            raise UserError(f"--{flag} has {text!r}; expected NAME={what}, such as SPADE={what}")
        if name in paths:
            raise UserError(f"--{flag} names {name!r} twice; give each a name of its own")
        paths[name] = pathlib.Path(command_line.user_path(path))
    return paths


if __name__ == "__main__":
    command_line.run(main)
