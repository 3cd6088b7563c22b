"""A cascaded refinement network small enough to train while one waits."""

CRN = {
    "model.kind": "crn",
    "model.diversity": 3,
    "model.base_width": 1,
    "model.init_gain": 1.0,
    "losses.gan": "none",
    "losses.vgg_weight": 1.0,
    "losses.vgg_weights": "none",
    "train.ttur": False,
}
