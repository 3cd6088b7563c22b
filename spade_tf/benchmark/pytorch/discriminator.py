"""The multi-scale patch discriminator in PyTorch."""

import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils import spectral_norm

from spade_tf.benchmark.pytorch.layout import condition_of
from spade_tf.config import Config

MAX_WIDTH = 512


class PatchDiscriminator(nn.Sequential):
    """4x4 convolutions to one logit per patch, `model0` to the logits of `modelN`."""

    def __init__(
        self, channels: int, base_width: int, num_layers: int, use_spectral_norm: bool
    ) -> None:
        super().__init__()
        for index in range(num_layers):
            filters = min(base_width * 2**index, MAX_WIDTH)
            stride = 1 if index == num_layers - 1 and index else 2
            convolution: nn.Module = nn.Conv2d(
                channels, filters, 4, stride, padding=2, bias=index == 0
            )
            if index:
                if use_spectral_norm:
                    convolution = spectral_norm(convolution)
                convolution = nn.Sequential(convolution, nn.InstanceNorm2d(filters))
            self.add_module(f"model{index}", nn.Sequential(convolution, nn.LeakyReLU(0.2)))
            channels = filters
        logits = nn.Sequential(nn.Conv2d(channels, 1, 4, padding=2))
        self.add_module(f"model{num_layers}", logits)

    def features(self, x: torch.Tensor) -> list[torch.Tensor]:
        """The output of every layer, logits last."""
        features = []
        for layer in self:
            x = layer(x)
            features.append(x)
        return features


class Discriminator(nn.Module):
    """Patch discriminators on layout and image at full size, half size, ... (pix2pixHD, 3.2)."""

    def __init__(self, config: Config):
        super().__init__()
        options = config.discriminator
        self.num_labels = config.data.num_labels
        channels = config.data.num_labels + config.data.has_instances + 3
        self.scales = [
            PatchDiscriminator(
                channels, options.base_width, options.num_layers, options.spectral_norm
            )
            for _ in range(options.num_scales)
        ]
        for index, scale in enumerate(self.scales):
            self.add_module(f"discriminator_{index}", scale)

    def forward(
        self,
        image: torch.Tensor,
        label_map: torch.Tensor,
        instance_map: torch.Tensor | None = None,
    ) -> list[list[torch.Tensor]]:
        """For each scale, full size first, its feature maps and logits."""
        condition = condition_of(label_map, self.num_labels, instance_map)
        x = torch.cat([condition, image], dim=1)
        features = []
        for index, scale in enumerate(self.scales):
            if index:
                x = functional.avg_pool2d(x, 3, stride=2, padding=1, count_include_pad=False)
            features.append(scale.features(x))
        return features
