import numpy as np

from spade_tf.layers.refinement_module import RefinementModule


def test_by_hand():
    """Two channels 0 and 2 on one of two pixels, 0 and 6 on the other: mean 2, variance 6."""
    module = RefinementModule(2, num_convolutions=1)
    module.build((None, None, None, 1))
    kernel = np.zeros((3, 3, 1, 2), "float32")
    kernel[1, 1, 0] = [0.0, 2.0]
    module.convolutions[0].kernel.assign(kernel)
    module.norms[0].gamma.assign([1.0, 10.0])
    module.norms[0].beta.assign([0.0, 1.0])
    x = np.float32([1.0, 3.0]).reshape(1, 1, 2, 1)
    rate = 1 / np.sqrt(6)  # of all four numbers together
    expected = [[-2 * rate * 0.2, 1.0], [-2 * rate * 0.2, 40 * rate + 1]]
    np.testing.assert_allclose(module(x)[0, 0], expected, rtol=1e-5)


def test_every_image_by_itself():
    module = RefinementModule(3)
    x = np.random.default_rng(0).normal(size=(2, 4, 4, 2)).astype("float32")
    np.testing.assert_allclose(module(x)[:1], module(x[:1]), rtol=1e-4, atol=1e-5)
