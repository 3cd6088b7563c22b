"""What tensorflow-addons and TensorFlow 2.15 make of the same numbers.

    .venv-tfa/bin/python tests/tfa/reference.py FUNCTION FOLDER

calls a function of this file with the arrays of FOLDER/inputs.npz by name and writes what it
returns to FOLDER/outputs.npz. It runs on the old packages and can import nothing of ours.
"""

import pathlib
import sys

import numpy as np
import tensorflow as tf
import tensorflow_addons as tfa


def spectral_normalization(x, kernel, u, power_iterations, upstream):
    """One training call of a wrapped convolution, and the gradient of sum(y * upstream)."""
    conv = tf.keras.layers.Conv2D(
        kernel.shape[-1], kernel.shape[:2], padding="same", use_bias=False
    )
    layer = tfa.layers.SpectralNormalization(conv, power_iterations=int(power_iterations))
    layer.build(x.shape)
    conv.kernel.assign(kernel)
    layer.u.assign(u[np.newaxis])
    with tf.GradientTape() as tape:
        y = layer(x, training=True)
        loss = tf.reduce_sum(y * upstream)
    gradient = tape.gradient(loss, conv.kernel)
    return {"y": y, "kernel": conv.kernel, "u": layer.u[0], "gradient": gradient}


def instance_normalization(x, upstream):
    """The layer without scale and offset, and the gradient of sum(y * upstream) by x."""
    layer = tfa.layers.InstanceNormalization(center=False, scale=False, epsilon=1e-5)
    x = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = layer(x)
        loss = tf.reduce_sum(y * upstream)
    return {"y": y, "gradient": tape.gradient(loss, x)}


def saved_model(path, signature, **inputs):
    """What the SavedModel in the folder `path` answers by one of its signatures."""
    serve = tf.saved_model.load(str(path)).signatures[str(signature)]
    return serve(**{name: tf.constant(value) for name, value in inputs.items()})


if __name__ == "__main__":
    function, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    outputs = globals()[function](**np.load(folder / "inputs.npz"))
    versions = {"tensorflow": tf.__version__, "tensorflow_addons": tfa.__version__}
    np.savez(folder / "outputs.npz", **{k: np.asarray(v) for k, v in outputs.items()}, **versions)
