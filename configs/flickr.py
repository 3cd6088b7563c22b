"""SPADE with a style on Flickr Landscapes, 256x256: photographs labelled by a segmentation network.

Paper     SPADE (Park et al. 2019), section 4 and Figures 1 and 8: multi-modal synthesis from 41,000
          landscape photographs, labelled by a DeepLabV2 trained on COCO-Stuff; no scores published.
Data      never released. Any photographs with the label maps such a network leaves: train_img,
          train_label, val_img, val_label with COCO-Stuff ids (182 classes, 255 unlabeled).
Hardware  the papers: 8 V100, batch 32 (4 a GPU, as batch_size=0 gives on any machine).
          kl_examples=4 is the official weight of the KL at 4 photographs a GPU, on any machine.
Command   bazel run //spade_tf:train -- --config=flickr --config.data.root=DIR --workdir=runs/flickr
Our score not measured.
"""

from spade_tf.config import Config, DataConfig, LossesConfig, ModelConfig, TrainConfig


def config() -> Config:
    return Config(
        name="flickr",
        data=DataConfig(dataset="flickr", num_labels=183, has_dont_care=True),
        model=ModelConfig(latent_dim=256),
        losses=LossesConfig(kl_examples=4),
        train=TrainConfig(epochs=50),
    )
