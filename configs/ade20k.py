"""SPADE on ADE20K scene parsing, 256x256: 150 classes and "unknown".

Paper     SPADE (Park et al. 2019), Table 1: mIoU 38.5, accuracy 79.9, FID 33.9.
          CLADE (Tan et al. 2021), Table 1: SPADE 36.63 / 78.28 / 36.77, CLADE 35.43 / 77.36 / 38.56
          (add --config.model.norm=clade).
Data      ADEChallengeData2016: 20,210 training and 2,000 validation photographs.
Labels    File id 0 ("unknown") becomes the last label. The papers' code meant the same but trained
          on the ids as they are: to use its checkpoints add --config.data.first_file_id=0.
Hardware  the papers: 8 V100, batch 32 (4 a GPU, as batch_size=0 gives on any machine).
Command   bazel run //spade_tf:train -- --config=ade20k --config.data.root=DIR --workdir=runs/ade20k
Our score not measured: the full data set and GPUs were not at hand.
"""

from spade_tf.config import Config, DataConfig, TrainConfig


def config() -> Config:
    return Config(
        name="ade20k",
        data=DataConfig(dataset="ade20k", num_labels=151, has_dont_care=True, first_file_id=1),
        train=TrainConfig(epochs=200, decay_epochs=100),
    )
