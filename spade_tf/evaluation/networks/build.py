"""Names of networks to networks."""

from collections.abc import Callable

from spade_tf.errors import UserError
from spade_tf.evaluation.networks.deeplab_v2 import DeepLabV2
from spade_tf.evaluation.networks.drn import DRND105
from spade_tf.evaluation.networks.fid_inception import FIDInception
from spade_tf.evaluation.networks.upernet import UperNet101
from spade_tf.pytorch import PublishedNetwork

NETWORKS: dict[str, Callable[[], PublishedNetwork]] = {
    "deeplab_v2": lambda: DeepLabV2(name="deeplab_v2"),
    "upernet101": lambda: UperNet101(name="upernet101"),
    "upernet101_bgr": lambda: UperNet101(input_scaling="bgr", name="upernet101_bgr"),
    "drn_d_105": lambda: DRND105(name="drn_d_105"),
    "inception_fid": lambda: FIDInception(name="inception_fid"),
}


def build_network(name: str) -> PublishedNetwork:
    """A network that scores images, with random weights; `load_network` has trained ones.

    All take image `[batch, height, width, 3]` float32 0..255, RGB, of any size, and do their own
    preprocessing.

    Args:
        name: `deeplab_v2` (COCO-Stuff), `upernet101` (ADE20K; `upernet101_bgr` for its older
            weights) or `drn_d_105` (Cityscapes): logits `[batch, rows, columns, classes]`, before
            they are enlarged; or `inception_fid`: features `[batch, 2048]`.

    Raises:
        UserError: there is no such network.
    """
    if name not in NETWORKS:
        raise UserError(f"no network is called {name!r}; write one of {', '.join(NETWORKS)}")
    network = NETWORKS[name]()
    network.build()
    return network
