import numpy as np

from spade_tf.models.feature_encoder import FeatureEncoder, mean_of_instances


def test_the_mean_is_of_each_instance_of_each_image():
    x = np.float32([[[[1], [3]], [[5], [7]]], [[[2], [2]], [[2], [6]]]])
    instances = np.int32([[[9, 9], [9, 4]], [[9, 9], [9, 9]]])
    out = mean_of_instances(x, instances)[..., 0]
    np.testing.assert_allclose(out, [[[3, 3], [3, 7]], [[3, 3], [3, 3]]])


def test_features_are_uniform_in_an_instance():
    encoder = FeatureEncoder(base_width=2)
    encoder.build()
    image = np.random.default_rng(0).uniform(-1, 1, (1, 32, 32, 3)).astype("float32")
    instances = np.zeros((1, 32, 32), "int32")
    instances[:, :, 20:] = 1000
    out = np.asarray(encoder({"image": image, "instance_map": instances}))
    assert out.shape == (1, 32, 32, 3)
    assert np.ptp(out[0, :, :20], axis=(0, 1)).max() == 0
    assert np.ptp(out[0, :, 20:], axis=(0, 1)).max() == 0
    assert np.abs(out[0, 0, 0] - out[0, 0, 31]).max() > 0
