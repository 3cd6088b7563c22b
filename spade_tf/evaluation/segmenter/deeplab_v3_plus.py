"""DeepLabV3+ (Chen et al., 2018, arXiv:1802.02611), made for images of some hundred pixels.

Our own, because keras-cv's and keras-hub's do not fit such images: at output stride 32 a 128x96
image is a grid of 4x3, on which dilations of 6, 12 and 18 see nothing but padding; their widths are
fixed at 64 and 256, which took 10 s for a step of 8 images on two busy CPU cores; and they bring
about 40 further packages.

So here: output stride 8, smaller dilations, and a second decoder step at half the image's size, for
poles and signs are a pixel or two wide.
"""

from typing import Any

import keras
from keras import layers

Tensor = Any

DILATIONS = (2, 4, 6)
OUTPUT_STRIDE = 8
BATCH_NORM_MOMENTUM = 0.95


def build_deeplab_v3_plus(
    num_classes: int, height: int, width: int, base_width: int = 16
) -> keras.Model:
    """A network with random weights; nothing is downloaded.

    It takes `image` [batch, height, width, 3] float32, -1..1, and returns a dict of `logits`
    [batch, height, width, num_classes] and `features` [batch, 4 * base_width], the means over the
    image of what the pyramid of dilations found.

    Args:
      num_classes: don't-care not among them.
      height, width: of the images in pixels, multiples of 8.
      base_width: channels of the first layers.

    Raises:
      ValueError: a size that is no multiple of 8.
    """
    if height % OUTPUT_STRIDE or width % OUTPUT_STRIDE:
        raise ValueError(
            f"images of {width}x{height}: write sides that are multiples of {OUTPUT_STRIDE}"
        )
    image = keras.Input((height, width, 3), name="image")
    half, quarter, eighth = _encoder(image, base_width)
    pyramid = _pyramid(eighth, 4 * base_width)
    features = layers.GlobalAveragePooling2D(name="features")(pyramid)
    x = _join(pyramid, quarter, 2 * base_width, 4 * base_width, "decoder_quarter")
    x = _join(x, half, base_width, 2 * base_width, "decoder_half")
    x = layers.Conv2D(num_classes, 1, dtype="float32", name="classifier")(x)
    logits = layers.UpSampling2D(interpolation="bilinear", dtype="float32", name="logits")(x)
    outputs = {"logits": logits, "features": features}
    return keras.Model(image, outputs, name="deeplab_v3_plus")


def _encoder(image: Tensor, width: int) -> tuple[Tensor, Tensor, Tensor]:
    """A small residual network; its maps at a half, a quarter and an eighth of the size."""
    x = _conv(image, width, 3, "stem", strides=2)
    half = _residual_block(x, width, "half")
    x = _residual_block(half, 2 * width, "quarter_1", strides=2)
    quarter = _residual_block(x, 2 * width, "quarter_2")
    x = _residual_block(quarter, 4 * width, "eighth_1", strides=2)
    x = _residual_block(x, 4 * width, "eighth_2")
    # Dilation in place of a further stride keeps the grid (atrous convolution).
    x = _residual_block(x, 8 * width, "eighth_3", dilation=2)
    return half, quarter, _residual_block(x, 8 * width, "eighth_4", dilation=2)


def _pyramid(x: Tensor, filters: int) -> Tensor:
    """Atrous spatial pyramid pooling: one grid seen at several reaches, and as a whole."""
    branches = [_conv(x, filters, 1, "pyramid_1")]
    for dilation in DILATIONS:
        branches.append(_conv(x, filters, 3, f"pyramid_dilation_{dilation}", dilation=dilation))
    rows, columns = x.shape[1:3]
    whole = layers.GlobalAveragePooling2D(keepdims=True, name="pyramid_mean")(x)
    whole = _conv(whole, filters, 1, "pyramid_whole")
    branches.append(layers.UpSampling2D((rows, columns), name="pyramid_spread")(whole))
    return _conv(layers.Concatenate(name="pyramid_all")(branches), filters, 1, "pyramid")


def _join(x: Tensor, low_level: Tensor, reduced: int, filters: int, name: str) -> Tensor:
    """A map enlarged to twice its size, with the encoder's map of that size, reduced, beside it."""
    x = layers.UpSampling2D(interpolation="bilinear", name=f"{name}_enlarged")(x)
    low_level = _conv(low_level, reduced, 1, f"{name}_low_level")
    x = layers.Concatenate(name=f"{name}_both")([x, low_level])
    return _conv(x, filters, 3, name)


def _residual_block(
    x: Tensor, filters: int, name: str, strides: int = 1, dilation: int = 1
) -> Tensor:
    """Two 3x3 convolutions around which the input goes on (He et al., 2016)."""
    shortcut = x
    if strides != 1 or x.shape[-1] != filters:
        shortcut = _conv(x, filters, 1, f"{name}_shortcut", strides, relu=False)
    x = _conv(x, filters, 3, f"{name}_a", strides, dilation)
    x = _conv(x, filters, 3, f"{name}_b", 1, dilation, relu=False)
    return layers.ReLU(name=f"{name}_relu")(layers.Add(name=f"{name}_sum")([shortcut, x]))


def _conv(
    x: Tensor,
    filters: int,
    kernel_size: int,
    name: str,
    strides: int = 1,
    dilation: int = 1,
    relu: bool = True,
) -> Tensor:
    """Convolution without bias, batch normalisation and perhaps ReLU."""
    x = layers.Conv2D(
        filters,
        kernel_size,
        strides=strides,
        dilation_rate=dilation,
        padding="same",
        use_bias=False,
        kernel_initializer="he_normal",
        name=f"{name}_conv",
    )(x)
    x = layers.BatchNormalization(momentum=BATCH_NORM_MOMENTUM, name=f"{name}_norm")(x)
    return layers.ReLU(name=name)(x) if relu else x
