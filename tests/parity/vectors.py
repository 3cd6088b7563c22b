"""Numbers that the official PyTorch code produced, and the config of ours that they belong to.

`tests/testdata/official/*.npz`: small networks with random weights, run by the public code of
NVlabs/SPADE and tzt101/CLADE. `state/NAME` is the PyTorch state dict (float16 where that is exact),
`in/NAME` and `out/NAME` are arrays [batch, height, width(, channels)], `meta` holds the options.
"""

import ast
import pathlib
from typing import Any

import numpy as np

from spade_tf.config import Config, load_config

FOLDER = pathlib.Path(__file__).parents[1] / "testdata" / "official"


class Vectors:
    """One file of official numbers."""

    def __init__(self, name: str):
        self.name = name
        self._arrays = np.load(FOLDER / f"{name}.npz")
        self.options = ast.literal_eval(str(self._arrays["meta"]))

    def __getitem__(self, key: str) -> np.ndarray:
        return self._arrays[key]

    def __contains__(self, key: str) -> bool:
        return key in self._arrays

    def state(self, prefix: str = "state/") -> dict[str, np.ndarray]:
        """The PyTorch state dict under a prefix."""
        names = [name for name in self._arrays.files if name.startswith(prefix)]
        return {name.removeprefix(prefix): self._arrays[name] for name in names}

    def layout(self, batch: int | None = None) -> dict[str, np.ndarray]:
        """The layout as our networks take it; repeated if the batch is larger than the file's."""
        names = {"label": "label_map", "instance": "instance_map", "dist": "position_map"}
        maps = {ours: self[f"in/{name}"] for name, ours in names.items() if f"in/{name}" in self}
        if batch is None:
            return maps
        return {key: np.concatenate([x] * (batch // len(x))) for key, x in maps.items()}

    def config(self, overrides: dict[str, Any] | None = None) -> Config:
        """Our config of the same network; everything not named is the papers' recipe."""
        o = self.options
        values = {
            "data.num_labels": o["label_nc"] + o["contain_dontcare_label"],
            "data.has_dont_care": o["contain_dontcare_label"],
            "data.has_instances": not o["no_instance"],
            "data.width": o["crop_size"],
            "data.height": round(o["crop_size"] / o["aspect_ratio"]),
            "model.norm": "clade_icpe" if o["add_dist"] else o["norm_mode"],
            "model.base_width": o["ngf"],
            "model.latent_dim": o["z_dim"] if o["use_vae"] else 0,
            "model.upsampling": o["num_upsampling_layers"],
            "discriminator.base_width": o["ndf"],
            "discriminator.num_scales": o["num_D"],
            "discriminator.num_layers": o["n_layers_D"],
            "losses.vgg_weight": 0.0,
            "train.strategy": "one",
        }
        return load_config("custom", {**values, **(overrides or {})})
