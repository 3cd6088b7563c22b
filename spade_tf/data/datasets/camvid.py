"""CamVid street scenes (Brostow et al., 2009) in the 11 classes of SegNet, 480x360 pixels.

Folders from the config: train_label/NAME.png, train_img/NAME.jpg, val_label, val_img.
File ids are labels: 0 Sky .. 10 Bicyclist, 11 Unlabelled, which is the don't-care label.
"""

from spade_tf.data.datasets.custom import list_examples as list_examples

LABEL_NAMES = (
    "Sky",
    "Building",
    "Pole",
    "Road",
    "Pavement",
    "Tree",
    "SignSymbol",
    "Fence",
    "Car",
    "Pedestrian",
    "Bicyclist",
    "Unlabelled",
)
PALETTE = (
    (128, 128, 128),
    (128, 0, 0),
    (192, 192, 128),
    (128, 64, 128),
    (60, 40, 222),
    (128, 128, 0),
    (192, 128, 128),
    (64, 64, 128),
    (64, 0, 128),
    (64, 64, 0),
    (0, 128, 192),
    (0, 0, 0),
)
