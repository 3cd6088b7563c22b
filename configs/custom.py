"""SPADE on your own label maps and photographs, with the papers' recipe.

Data      two folders below data.root (three with instance maps), files paired by name:
          train_label/NAME.png   8-bit grey, the value of a pixel is its label
          train_img/NAME.jpg     the photograph, of the same size; val_label and val_img likewise
          Other folder names: data.train_labels and so on. Maps in class colours: data.palette.
Check     python -m tools.check_dataset --config=custom --config.data.root=DIR
          says what is wrong with the files, and which of these values your label maps need.
Command   bazel run //spade_tf:train -- --config=custom --config.data.root=DIR ...
"""

from spade_tf.config import Config, DataConfig


def config() -> Config:
    return Config(name="custom", data=DataConfig(dataset="custom", num_labels=13))
