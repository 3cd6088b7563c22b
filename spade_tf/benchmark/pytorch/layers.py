"""SPADE, CLADE and the residual block around them, [batch, channels, height, width]."""

from collections.abc import Callable

import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils import spectral_norm

Modulation = Callable[[int], nn.Module]
"""Makes the modulation of so many channels, called as `layer(x, condition, label_map)`."""


def parameter_free_norm(kind: str, channels: int) -> nn.Module:
    """Normalisation without scale and shift: `instance`, or statistics of the batch."""
    if kind == "instance":
        return nn.InstanceNorm2d(channels)
    return nn.BatchNorm2d(channels, affine=False)


class SPADE(nn.Module):
    """norm(x) * (1 + gamma) + beta, both by convolutions of the layout (Park et al. 2019, eq. 1).

    Args:
        channels: of `x`.
        condition_channels: of the layout, one-hot labels and edge.
        hidden_width: channels between the convolutions.
        kernel_size: of the convolutions.
        norm: kind of normalisation.
    """

    def __init__(
        self, channels: int, condition_channels: int, hidden_width: int, kernel_size: int, norm: str
    ):
        super().__init__()
        padding = kernel_size // 2
        self.param_free_norm = parameter_free_norm(norm, channels)
        self.mlp_shared = nn.Sequential(
            nn.Conv2d(condition_channels, hidden_width, kernel_size, padding=padding), nn.ReLU()
        )
        self.mlp_gamma = nn.Conv2d(hidden_width, channels, kernel_size, padding=padding)
        self.mlp_beta = nn.Conv2d(hidden_width, channels, kernel_size, padding=padding)

    def forward(
        self, x: torch.Tensor, condition: torch.Tensor, label_map: torch.Tensor
    ) -> torch.Tensor:
        """`x` modulated; the layout, [batch, condition channels, H, W], may be larger."""
        hidden = self.mlp_shared(functional.interpolate(condition, x.shape[2:], mode="nearest"))
        return self.param_free_norm(x) * (1 + self.mlp_gamma(hidden)) + self.mlp_beta(hidden)


class ClassAffine(nn.Module):
    """A row of scales and one of shifts for each label."""

    def __init__(self, num_labels: int, channels: int):
        super().__init__()
        self.weight = nn.Parameter(torch.rand(num_labels, channels))
        self.bias = nn.Parameter(torch.zeros(num_labels, channels))

    def forward(self, x: torch.Tensor, label_map: torch.Tensor) -> torch.Tensor:
        """`x` scaled and shifted by the label of each pixel, [batch, height, width]."""
        weight = functional.embedding(label_map, self.weight).permute(0, 3, 1, 2)
        bias = functional.embedding(label_map, self.bias).permute(0, 3, 1, 2)
        return x * weight + bias


class CLADE(nn.Module):
    """norm(x) * gamma[label] + beta[label] (Tan et al. 2021); then the edge channel, if any.

    Args:
        channels: of `x`.
        num_labels: of the layout.
        has_instances: whether the layout's last channel is the instance edge.
        norm: kind of normalisation.
        as_published: take the labels from the one-hot layout, resized by every layer anew, as the
            paper's code does; else from the label map.
    """

    def __init__(
        self,
        channels: int,
        num_labels: int,
        has_instances: bool,
        norm: str,
        as_published: bool = False,
    ):
        super().__init__()
        self.num_labels = num_labels
        self.as_published = as_published
        self.param_free_norm = parameter_free_norm(norm, channels)
        self.class_specified_affine = ClassAffine(num_labels, channels)
        self.inst_conv = nn.Conv2d(1, 1, 1) if has_instances else None

    def forward(
        self, x: torch.Tensor, condition: torch.Tensor, label_map: torch.Tensor
    ) -> torch.Tensor:
        """`x` modulated, with one channel more if there are instances."""
        size = x.shape[2:]
        if self.as_published:
            resized = functional.interpolate(condition, size, mode="nearest")
            labels = resized[:, : self.num_labels].argmax(1)
        else:
            ids = functional.interpolate(label_map[:, None].float(), size, mode="nearest")
            labels = ids[:, 0].long()
        out = self.class_specified_affine(self.param_free_norm(x), labels)
        if self.inst_conv is None:
            return out
        edges = functional.interpolate(condition[:, -1:], size, mode="nearest")
        return torch.cat([out, self.inst_conv(edges)], dim=1)


class ResidualBlock(nn.Module):
    """Twice (modulation, leaky ReLU, 3x3 convolution), added to a shortcut (Park et al., fig. 4).

    Args:
        channels: of the input.
        filters: of the output.
        modulation: makes the block's modulations.
        extra_channels: what a modulation adds to its input.
        use_spectral_norm: on the convolutions.
    """

    def __init__(
        self,
        channels: int,
        filters: int,
        modulation: Modulation,
        extra_channels: int,
        use_spectral_norm: bool,
    ):
        super().__init__()
        wrap = spectral_norm if use_spectral_norm else lambda convolution: convolution
        middle = min(channels, filters)
        self.norm_0 = modulation(channels)
        self.conv_0 = wrap(nn.Conv2d(channels + extra_channels, middle, 3, padding=1))
        self.norm_1 = modulation(middle)
        self.conv_1 = wrap(nn.Conv2d(middle + extra_channels, filters, 3, padding=1))
        self.has_shortcut = channels != filters
        if self.has_shortcut:
            self.norm_s = modulation(channels)
            self.conv_s = wrap(nn.Conv2d(channels + extra_channels, filters, 1, bias=False))

    def forward(
        self, x: torch.Tensor, condition: torch.Tensor, label_map: torch.Tensor
    ) -> torch.Tensor:
        """[batch, filters, height, width]."""
        shortcut = x
        if self.has_shortcut:
            shortcut = self.conv_s(self.norm_s(x, condition, label_map))
        out = self.conv_0(functional.leaky_relu(self.norm_0(x, condition, label_map), 0.2))
        out = self.conv_1(functional.leaky_relu(self.norm_1(out, condition, label_map), 0.2))
        return shortcut + out
