"""The generator of both papers in PyTorch."""

import torch
from torch import nn
from torch.nn import functional

from spade_tf.benchmark.pytorch.layers import CLADE, SPADE, ResidualBlock
from spade_tf.benchmark.pytorch.layout import condition_of
from spade_tf.config import Config
from spade_tf.errors import UserError

BLOCKS = ("head_0", "G_middle_0", "G_middle_1", "up_0", "up_1", "up_2", "up_3", "up_4")
WIDTHS = (16.0, 16.0, 16.0, 8.0, 4.0, 2.0, 1.0, 0.5)
"""Width of each block in units of the base width; the last only with seven doublings."""


class Generator(nn.Module):
    """Residual blocks, doubled between them, from the layout to the image (Park et al., fig. 4).

    Args:
        config: an experiment with the norm `spade` or `clade` and without a latent.
        as_published: of `CLADE`.

    Raises:
        UserError: a config with a latent or another norm, which nobody wrote in PyTorch here.
    """

    def __init__(self, config: Config, as_published: bool = False):
        super().__init__()
        data, model = config.data, config.model
        if model.latent_dim or model.norm not in ("spade", "clade"):
            raise UserError(
                "the PyTorch networks are SPADE and CLADE without a style; "
                "add --config.model.latent_dim=0"
            )
        self.num_labels = data.num_labels
        self.doublings = config.doublings
        condition_channels = data.num_labels + data.has_instances
        is_spade = model.norm == "spade"
        extra = 0 if is_spade else int(data.has_instances)

        def modulation(channels: int) -> nn.Module:
            if is_spade:
                hidden, kernel = model.hidden_width, model.mask_kernel_size
                norm = model.param_free_norm
                return SPADE(channels, condition_channels, hidden, kernel, norm)
            norm = model.param_free_norm
            return CLADE(channels, data.num_labels, data.has_instances, norm, as_published)

        channels = 16 * model.base_width
        self.fc = nn.Conv2d(condition_channels, channels, 3, padding=1)
        self.block_names = BLOCKS if self.doublings == 7 else BLOCKS[:-1]
        self.not_doubled = ("head_0",) if self.doublings >= 6 else ("head_0", "G_middle_1")
        for name, width in zip(self.block_names, WIDTHS, strict=False):
            filters = max(1, int(model.base_width * width))
            block = ResidualBlock(channels, filters, modulation, extra, model.spectral_norm)
            self.add_module(name, block)
            channels = filters
        self.conv_img = nn.Conv2d(channels, 3, 3, padding=1)

    def forward(
        self, label_map: torch.Tensor, instance_map: torch.Tensor | None = None
    ) -> torch.Tensor:
        """Images [batch, 3, height, width], -1..1, of label maps [batch, height, width] int64."""
        condition = condition_of(label_map, self.num_labels, instance_map)
        start = [side // 2**self.doublings for side in label_map.shape[1:]]
        x = self.fc(functional.interpolate(condition, start, mode="nearest"))
        for name in self.block_names:
            if name not in self.not_doubled:
                x = functional.interpolate(x, scale_factor=2, mode="nearest")
            x = self.get_submodule(name)(x, condition, label_map)
        return torch.tanh(self.conv_img(functional.leaky_relu(x, 0.2)))
