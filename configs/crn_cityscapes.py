"""CRN on Cityscapes, 512x256, from 19 classes and "none of them": a baseline of the papers.

Paper     Chen and Koltun 2017, arXiv:1707.09405; retrained for SPADE (Park et al. 2019), Table 1:
          mIoU 52.4, accuracy 77.1, FID 104.7.
Data      leftImg8bit and gtFine with *_gtFine_labelTrainIds.png, which csCreateTrainIdLabelImgs of
          the package cityscapesscripts writes: 2,975 training and 500 validation photographs.
Hardware  one GPU, one image a step. VGG19 looks at nine images of each layout.
Command   bazel run //spade_tf:train -- --config=crn_cityscapes --config.data.root=DIR
              --workdir=runs/crn_256
Larger    Images of 1024x512 begin with these weights, those of 2048x1024 with the former's, of
          which only the last two modules go on learning. Add to the command:
              --config.data.height=512 --config.data.width=1024 --config.data.load_size=1024
              --config.train.epochs=20 --config.train.initial_workdir=runs/crn_256
          and then
              --config.data.height=1024 --config.data.width=2048 --config.data.load_size=2048
              --config.train.epochs=5 --config.train.initial_workdir=runs/crn_512
              --config.train.only_layers=module_512,module_1024,to_image
Our score not measured: the full data set and GPUs were not at hand.
"""

from spade_tf.config import Config, DataConfig, LossesConfig, ModelConfig, TrainConfig


def config() -> Config:
    return Config(
        name="crn_cityscapes",
        data=DataConfig(
            dataset="cityscapes_19",
            num_labels=20,
            has_dont_care=True,
            height=256,
            width=512,
            preprocess="fixed",
            load_size=512,
            flip=False,
        ),
        model=ModelConfig(kind="crn", norm="none", init_gain=1.0),
        losses=LossesConfig(gan="none", vgg_weight=1.0),
        train=TrainConfig(
            batch_size=1,
            epochs=200,
            learning_rate=1e-4,
            ttur=False,
            beta_1=0.9,
            beta_2=0.999,
            ema_decay=0.0,
        ),
    )
