"""The initialisation of the published networks."""

import keras

XAVIER_GAIN = 0.02
"""The papers' gain."""


def xavier_normal(gain: float = XAVIER_GAIN) -> keras.initializers.Initializer:
    """Xavier (Glorot) normal with a gain, as the official SPADE and CLADE code draws its kernels.

    Standard deviation `gain * sqrt(2 / (fan_in + fan_out))`, not truncated. Make one for each
    weight: an initializer without a seed of its own draws the same numbers every time it is used.

    Args:
        gain: factor on the standard deviation, above 0.
    """
    return keras.initializers.VarianceScaling(
        scale=gain**2, mode="fan_avg", distribution="untruncated_normal"
    )
