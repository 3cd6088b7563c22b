"""The layout as PyTorch's convolutions read it."""

import torch
from torch.nn import functional


def instance_edges(instance_map: torch.Tensor) -> torch.Tensor:
    """1 where one of the four neighbours is of another instance, [batch, 1, height, width]."""
    edges = torch.zeros_like(instance_map, dtype=torch.bool)
    across = instance_map[:, :, 1:] != instance_map[:, :, :-1]
    down = instance_map[:, 1:] != instance_map[:, :-1]
    edges[:, :, 1:] |= across
    edges[:, :, :-1] |= across
    edges[:, 1:] |= down
    edges[:, :-1] |= down
    return edges[:, None].float()


def condition_of(
    label_map: torch.Tensor, num_labels: int, instance_map: torch.Tensor | None
) -> torch.Tensor:
    """One-hot labels and, if there are instances, their edges, [batch, channels, height, width].

    Args:
        label_map: [batch, height, width] int64.
        num_labels: channels of the one-hot part.
        instance_map: like the label map, or None.
    """
    one_hot = functional.one_hot(label_map, num_labels).permute(0, 3, 1, 2).float()
    if instance_map is None:
        return one_hot.contiguous()
    return torch.cat([one_hot, instance_edges(instance_map)], dim=1)
