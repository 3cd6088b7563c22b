"""SPADE on Cityscapes, 512x256: 35 ids as the files hold them, and instance borders.

Paper     SPADE (Park et al. 2019), Table 1: mIoU 62.3, accuracy 81.9, FID 71.8. Accuracy 81.9
          seems to count pixels that nobody labelled as errors: who ignores them measures 93.5.
          CLADE (Tan et al. 2021), Table 1: SPADE 67.57 / 94.83 / 55.15,
          CLADE 65.16 / 94.67 / 55.81 (add --config.model.norm=clade).
Data      leftImg8bit and gtFine: 2,975 training and 500 validation photographs.
Hardware  the papers: 8 V100, batch 16.
Command   bazel run //spade_tf:train -- --config=cityscapes --config.data.root=DIR
Our score not measured: the full data set and GPUs were not at hand.
"""

from spade_tf.config import Config, DataConfig, ModelConfig, TrainConfig


def config() -> Config:
    return Config(
        name="cityscapes",
        data=DataConfig(
            dataset="cityscapes",
            num_labels=35,
            has_instances=True,
            height=256,
            width=512,
            preprocess="fixed",
            load_size=512,
        ),
        model=ModelConfig(upsampling="more"),
        train=TrainConfig(epochs=200, decay_epochs=100),
    )
