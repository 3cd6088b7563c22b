"""The model of the fewest layers, for tests of what is the same for every model."""

PIX2PIXHD = {
    "model.kind": "pix2pixhd",
    "model.norm": "none",
    "model.residual_blocks": 1,
    "losses.vgg_weight": 0.0,  # which has no tiny network
}
