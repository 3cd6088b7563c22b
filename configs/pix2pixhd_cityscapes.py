"""pix2pixHD on Cityscapes, 1024x512: global generator, features of instances, its own recipe.

Paper     pix2pixHD (Wang et al. 2018). SPADE (Park et al. 2019), Table 1, gives it mIoU 58.3,
          accuracy 81.4, FID 95.0 at 512x256 (add --config.data.height=256 --config.data.width=512);
          CLADE (Tan et al. 2021), Table 1: 56.44 / 92.99 / 67.50, and with instance maps
          51.73 / 91.59 / 69.98.
Data      leftImg8bit and gtFine: 2,975 training and 500 validation photographs.
Enhancer  The paper's 2048x1024 in three runs, each begun with the weights of the one before:
          1. this config, 200 epochs;
          2. the enhancer alone, 20 epochs at a constant rate: --config.data.height=1024
             --config.data.width=2048 --config.model.local_enhancer=true
             --config.train.only_layers=enhancer,to_image --config.train.epochs=20
             --config.train.decay_epochs=0 --config.train.initial_workdir=FIRST
          3. everything: as 2. without only_layers, --config.train.initial_workdir=SECOND.
Hardware  one GPU, batch 1.
Command   bazel run //spade_tf:train -- --config=pix2pixhd_cityscapes --config.data.root=DIR
Others    --config=ade20k --config.model.kind=pix2pixhd: the same recipe, without features, on any
          data set; model.kind=pix2pixhd_pp is pix2pixHD++ of the SPADE paper.
Our score not measured: the full data set and GPUs were not at hand.
"""

from spade_tf.config import (
    Config,
    DataConfig,
    DiscriminatorConfig,
    LossesConfig,
    ModelConfig,
    TrainConfig,
)


def config() -> Config:
    return Config(
        name="pix2pixhd_cityscapes",
        data=DataConfig(
            dataset="cityscapes",
            num_labels=35,
            has_instances=True,
            height=512,
            width=1024,
            preprocess="fixed",
            load_size=1024,
        ),
        model=ModelConfig(
            kind="pix2pixhd",
            norm="none",
            # One number for each label: which of its clusters an instance gets.
            latent_dim=35,
            param_free_norm="instance",
            spectral_norm=False,
            initializer="normal",
        ),
        discriminator=DiscriminatorConfig(spectral_norm=False),
        losses=LossesConfig(gan="least_squares", convention="pix2pixhd"),
        train=TrainConfig(
            batch_size=1,
            epochs=200,
            decay_epochs=100,
            learning_rate=2e-4,
            ttur=False,
            beta_1=0.5,
            beta_2=0.999,
            discriminator_fake="shared",
        ),
    )
