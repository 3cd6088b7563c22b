"""Photographs to a data set with label maps, as Flickr Landscapes was made.

    python -m tools.label_photos --photos=DIR --output=DIR [--weights=FILE]

DeepLabV2, trained on COCO-Stuff, labels them; --segmenter=FOLDER takes one of our own. DIR becomes
the root of a data set for `--config=flickr`: train_label, train_img, val_label, val_img. Look at
DIR/review/index.html, mark photographs to leave out, download rejected.txt, and run the command
again with --reject=rejected.txt. A run that was interrupted goes on where it stopped.
"""

from absl import flags

from spade_tf import command_line
from spade_tf.errors import UserError
from spade_tf.files import check_folder

flags.DEFINE_string("photos", None, "folder of photographs, sub-folders included")
flags.DEFINE_string("output", None, "root of the data set, made if missing")
flags.DEFINE_string("weights", None, "DeepLabV2's published weight file, or the folder it is in")
flags.DEFINE_string("segmenter", None, "folder of tools.train_segmenter, in place of DeepLabV2")
flags.DEFINE_string("reject", None, "names to leave out, a line each; default OUTPUT/rejected.txt")
flags.DEFINE_integer("batch_size", 4, "photographs of one size labelled at once", lower_bound=1)
flags.DEFINE_float(
    "min_confidence",
    0.5,
    "pixels whose largest probability is below count as uncertain",
    lower_bound=0.0,
    upper_bound=1.0,
)
flags.DEFINE_integer(
    "shorter_side",
    512,
    "larger photographs are scaled down to this many pixels; 0 = none",
    lower_bound=0,
)


def main(_: object) -> None:
    photos, output = command_line.required_path("photos"), command_line.required_path("output")
    optional = (command_line.optional_path(name) for name in ("weights", "segmenter", "reject"))
    weights, segmenter_folder, reject = optional
    check_folder(output, "--output")
    if weights and segmenter_folder:
        raise UserError("give --weights (of DeepLabV2) or --segmenter, not both")

    command_line.import_tensorflow()  # only once the command line is sound
    from spade_tf.evaluation.labelling.label_photos import label_photos
    from spade_tf.evaluation.labelling.photo_segmenter import deeplab_v2, own_segmenter

    segmenter = own_segmenter(segmenter_folder) if segmenter_folder else deeplab_v2(weights)
    outcome = label_photos(
        photos,
        output,
        segmenter,
        reject=reject,
        batch_size=flags.FLAGS.batch_size,
        min_confidence=flags.FLAGS.min_confidence,
        shorter_side=flags.FLAGS.shorter_side,
    )
    train, val, rejected = map(outcome.count, ("train", "val", "rejected"))
    print(f"{train} photographs for training, {val} for validation, {rejected} left out")
    if outcome.unreadable:
        print(f"{len(outcome.unreadable)} could not be read; report.json says which, and why")
    print(f"{len(outcome.suspicious)} to look at: open {output / 'review' / 'index.html'}")
    labels = f" --config.data.num_labels={len(segmenter.class_names)}"
    print(
        f"python -m tools.check_dataset --config={segmenter.config} --config.data.root={output}"
        + (labels if segmenter.config == "custom" else "")
    )


if __name__ == "__main__":
    command_line.run(main)
