import numpy as np
import pytest
import tensorflow as tf

from spade_tf.losses import DiscriminatorObjective, GeneratorObjective, reported, total


def maps(first, second):
    """A map [2, 1, 1, 1]: one value for each of two examples."""
    return np.float32([first, second])[:, None, None, None]


# One scale of one feature map and logits. Hinge, by hand: G_GAN -2, -4; feature matching 1, 3.
FAKE = [[maps(1, 5), maps(2, 4)]]
REAL = [[maps(0, 2), maps(0.5, -1)]]
# Five maps, of which only the last differs: perceptual 6, 8.
PERCEPTUAL = ([maps(0, 0)] * 4 + [maps(6, 8)], [maps(0, 0)] * 5)
# KL 0.5, 2.
LATENT = (np.float32([[1], [2]]), np.float32([[0], [0]]))


def test_generator_terms_carry_each_weight_once():
    objective = GeneratorObjective(
        "hinge", feature_matching_weight=10.0, vgg_weight=100.0, kl_weight=0.5, kl_examples=2
    )
    terms = objective(FAKE, REAL, perceptual_features=PERCEPTUAL, latent=LATENT)
    assert list(terms) == ["G_GAN", "G_GAN_Feat", "G_VGG", "G_KLD"]
    np.testing.assert_allclose(terms["G_GAN"], [-2.0, -4.0])
    np.testing.assert_allclose(terms["G_GAN_Feat"], [10.0, 30.0])
    np.testing.assert_allclose(terms["G_VGG"], [600.0, 800.0])
    np.testing.assert_allclose(terms["G_KLD"], [0.5 * 2 * 0.5, 0.5 * 2 * 2.0])


def test_terms_of_weight_0_are_absent_and_need_no_input():
    objective = GeneratorObjective(feature_matching_weight=0, vgg_weight=0, kl_weight=0)
    assert list(objective(FAKE)) == ["G_GAN"]


@pytest.mark.parametrize("weight", ["feature_matching_weight", "vgg_weight", "kl_weight"])
def test_a_term_without_its_input_is_an_error(weight):
    weights = {"feature_matching_weight": 0.0, "vgg_weight": 0.0, "kl_weight": 0.0, weight: 1.0}
    with pytest.raises(ValueError, match=f"{weight} is not 0"):
        GeneratorObjective(**weights)(FAKE)


def test_without_a_discriminator_only_the_other_terms_remain():
    objective = GeneratorObjective("none", vgg_weight=2.0)
    terms = objective(perceptual_features=PERCEPTUAL)
    assert list(terms) == ["G_VGG"]
    np.testing.assert_allclose(terms["G_VGG"], [12.0, 16.0])
    with pytest.raises(ValueError, match="gan is not none, so the objective needs fake_features"):
        GeneratorObjective("hinge")(perceptual_features=PERCEPTUAL)


def test_weights_of_the_perceptual_maps():
    objective = GeneratorObjective("none", vgg_weight=1.0, vgg_map_weights=[1, 1, 1, 1, 0.5])
    np.testing.assert_allclose(objective(perceptual_features=PERCEPTUAL)["G_VGG"], [3.0, 4.0])


def test_several_images_of_a_layout_are_compared_by_class():
    """One class: of images 6 and 2 away the nearer one counts, and both a little."""
    images = np.stack([maps(6, 8), maps(2, 8)], axis=1)
    layout = np.ones((2, 1, 1, 1), "float32")
    objective = GeneratorObjective("none", vgg_weight=10.0, vgg_map_weights=[0.5])
    terms = objective(perceptual_features=([images], [maps(0, 0)]), layout=layout)
    np.testing.assert_allclose(terms["G_VGG"], [5 * (0.999 * 2 + 0.001 * 4), 5 * 8], rtol=1e-6)


def test_discriminator_terms():
    terms = DiscriminatorObjective("hinge")(FAKE, REAL)
    assert list(terms) == ["D_Fake", "D_Real"]
    np.testing.assert_allclose(terms["D_Fake"], [3.0, 5.0])
    np.testing.assert_allclose(terms["D_Real"], [0.5, 2.0])


def test_total_and_reported_divide_by_the_global_batch():
    terms = {"G_GAN": np.float32([1, 3]), "G_VGG": np.float32([10, 30])}
    # Two of the four examples of the global batch are on this replica.
    values = reported(terms, global_batch_size=4)
    np.testing.assert_allclose([values["G_GAN"], values["G_VGG"]], [1.0, 10.0])
    np.testing.assert_allclose(total(terms, global_batch_size=4), 11.0)


def test_the_sum_over_replicas_is_the_single_device_loss():
    terms = DiscriminatorObjective()(FAKE, REAL)
    shares = [{name: term[i : i + 1] for name, term in terms.items()} for i in range(2)]
    np.testing.assert_allclose(sum(total(share, 2) for share in shares), total(terms, 2))
    np.testing.assert_allclose(total(terms, 2), (3.0 + 5.0) / 2 + (0.5 + 2.0) / 2)


def test_kl_equals_the_official_sum_over_the_batch():
    objective = GeneratorObjective(
        feature_matching_weight=0, vgg_weight=0, kl_weight=0.05, kl_examples=2
    )
    terms = objective(FAKE, latent=LATENT)
    np.testing.assert_allclose(reported(terms, 2)["G_KLD"], 0.05 * (0.5 + 2.0), rtol=1e-6)


def test_gradients_of_the_total_work_inside_a_graph():
    logits = tf.Variable([[0.5], [-3.0]])

    @tf.function
    def gradient():
        with tf.GradientTape() as tape:
            loss = total(DiscriminatorObjective()([[logits]], [[logits]]), 2)
        return tape.gradient(loss, logits)

    # d/dx (relu(1 - x) + relu(1 + x)) / 2: inside the margins 0, at -3 only the real side pulls.
    np.testing.assert_allclose(gradient(), [[0.0], [-0.5]])


def test_the_convention_of_pix2pixhd():
    fake, real = FAKE * 3, REAL * 3  # three scales, of one feature map each
    generator = GeneratorObjective("hinge", vgg_weight=0, convention="pix2pixhd")(fake, real)
    np.testing.assert_allclose(generator["G_GAN"], [-6.0, -12.0])  # the sum of -2, -4
    np.testing.assert_allclose(generator["G_GAN_Feat"], [40.0, 120.0])  # 10, 30 times 4 / 1
    mean = DiscriminatorObjective("hinge")(fake, real)
    half = DiscriminatorObjective("hinge", "pix2pixhd")(fake, real)
    for name, value in mean.items():
        np.testing.assert_allclose(half[name], 1.5 * value)
