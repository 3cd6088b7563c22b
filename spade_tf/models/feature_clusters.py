"""What instances look like where no photograph shows them: clusters of features for each label."""

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable("spade_tf")
class FeatureClusters(keras.layers.Layer):
    """Chooses the features of each instance among the clusters of its label.

    pix2pixHD (Wang et al. 2018, section 3.4) clusters the features that its encoder saw of the
    instances of each label in the training set (k-means, 10 clusters) and paints every instance in
    one of them at random. Here z decides: number `label % latent_dim` of z says where to begin, and
    the instance's id how far to go on from there. So the same z and maps give the same image, and
    standard normal z make every cluster of a label about as likely.

    Call: `layer({"label_map": ..., "instance_map": ..., "z": ...})`; the maps int32
    [batch, height, width], z float32 [batch, latent_dim]; output float32
    [batch, height, width, channels].

    Weights: `centres` [num_labels * num_clusters, channels] float32, -1..1, not trained: set from
    what k-means found; zeros until then, and for labels that the training set lacks.

    Args:
        num_labels: number of semantic ids, the don't-care id included.
        num_clusters: of each label.
        channels: of a feature.
    """

    def __init__(
        self, num_labels: int, num_clusters: int = 10, channels: int = 3, **kwargs: Any
    ) -> None:
        super().__init__(**{**kwargs, "dtype": "float32"})
        self.num_labels = num_labels
        self.num_clusters = num_clusters
        self.channels = channels

    def build(self, input_shape: Any) -> None:
        self.centres = self.add_weight(
            name="centres",
            shape=(self.num_labels * self.num_clusters, self.channels),
            initializer="zeros",
            trainable=False,
            aggregation="only_first_replica",
        )
        self.built = True

    def call(self, inputs: dict[str, Any]) -> Any:
        labels, z = inputs["label_map"], inputs["z"]
        # Nearly the normal distribution function, which is uniform on normal z.
        share = ops.sigmoid(1.702 * z)
        share = _by_label(share, labels)
        # Steps of 0.617 of the circle, whose first multiples are far apart from each other.
        step = ops.cast(ops.mod(ops.mod(inputs["instance_map"], 1000) * 617, 1000), "float32")
        share = share + step / 1000.0
        share = share - ops.floor(share)
        cluster = ops.cast(ops.floor(share * self.num_clusters), "int32")
        cluster = ops.minimum(cluster, self.num_clusters - 1)
        return ops.take(self.centres, labels * self.num_clusters + cluster, axis=0)

    def get_config(self) -> dict:
        return {
            **super().get_config(),
            "num_labels": self.num_labels,
            "num_clusters": self.num_clusters,
            "channels": self.channels,
        }


def _by_label(values: Any, labels: Any) -> Any:
    """Of each image's `values` [batch, n] the one with number `label % n`, at every pixel."""
    batch, height, width = ops.shape(labels)
    place = ops.reshape(ops.mod(labels, values.shape[-1]), (batch, -1))
    return ops.reshape(ops.take_along_axis(values, place, axis=1), (batch, height, width))
