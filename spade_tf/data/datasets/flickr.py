"""Flickr landscapes: photographs collected by the user, labelled by a segmentation network.

Folders from the config: train_label/NAME.png, train_img/NAME.jpg, val_label, val_img. The label
maps are what a network trained on COCO-Stuff left behind: COCO-Stuff ids minus one, 255 where it
was not sure.
"""

from spade_tf.data.datasets.coco import LABEL_NAMES as LABEL_NAMES
from spade_tf.data.datasets.coco import PALETTE as PALETTE
from spade_tf.data.datasets.custom import list_examples as list_examples
