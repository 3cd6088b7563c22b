"""SPADE on COCO-Stuff, 256x256: 182 classes, "unlabeled" and instance borders.

Paper     SPADE (Park et al. 2019), Table 1: mIoU 37.4, accuracy 67.9, FID 22.6 (its
          text says mIoU 35.2).
          CLADE (Tan et al. 2021), Table 1, its own measurements: SPADE 35.44 / 67.07 / 29.42,
          CLADE 35.19 / 65.84 / 30.55 (add --config.model.norm=clade).
Data      118,287 training and 5,000 validation photographs in train_img, train_label,
          train_inst, val_img, val_label, val_inst.
Hardware  the papers: 8 V100, batch 32 (4 a GPU, as batch_size=0 gives on any machine).
Command   bazel run //spade_tf:train -- --config=coco --config.data.root=DIR --workdir=runs/coco
Our score not measured: the full data set and GPUs were not at hand.
"""

from spade_tf.config import Config, DataConfig, TrainConfig


def config() -> Config:
    return Config(
        name="coco",
        data=DataConfig(
            dataset="coco",
            num_labels=183,
            has_dont_care=True,
            has_instances=True,
        ),
        train=TrainConfig(epochs=100),
    )
