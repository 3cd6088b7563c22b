import numpy as np

from spade_tf.layers import DoublingConv2D


def test_each_row_adds_to_the_three_around_its_double():
    layer = DoublingConv2D(1)
    layer.build((1, 2, 1, 1))
    kernel = np.zeros((3, 3, 1, 1), "float32")
    kernel[:, 1, 0, 0] = [1, 10, 100]  # above, at and below the double of the row
    layer.kernel.assign(kernel)
    layer.bias.assign([0.5])
    out = layer(np.float32([[[[2]], [[3]]]]))
    # Row 0: 10 * 2. Row 1: 100 * 2 and 1 * 3. Row 2: 10 * 3. Row 3: 100 * 3.
    np.testing.assert_allclose(out[0, :, 0, 0], [20.5, 203.5, 30.5, 300.5])
    np.testing.assert_allclose(out[0, :, 1, 0], [0.5] * 4)  # the side columns of the kernel are 0
    assert out.shape == (1, 4, 2, 1) == layer.compute_output_shape((1, 2, 1, 1))


def test_inputs_and_outputs_are_not_mixed_up():
    layer = DoublingConv2D(3, use_bias=False)
    layer.build((1, 1, 1, 2))
    kernel = np.zeros((3, 3, 2, 3), "float32")
    kernel[1, 1] = [[1, 2, 3], [10, 20, 30]]
    layer.kernel.assign(kernel)
    out = layer(np.float32([[[[1, 4]]]]))
    np.testing.assert_allclose(out[0, 0, 0], [41, 82, 123])
