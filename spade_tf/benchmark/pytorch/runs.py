"""PyTorch's networks as functions of a batch, ready to be timed."""

import functools
import warnings
from typing import Any

import numpy as np
import torch

from spade_tf.benchmark.pytorch.generator import Generator
from spade_tf.benchmark.pytorch.training import Trainer
from spade_tf.benchmark.tensorflow_runs import Batch, Run
from spade_tf.config import Config

TYPES = {"mixed_bfloat16": torch.bfloat16, "mixed_float16": torch.float16}


def inference(
    config: Config, state: dict[str, torch.Tensor] | None = None, as_published: bool = False
) -> Run:
    """From layouts to images [batch, height, width, 3] float32 in the host's memory.

    Args:
        config: the experiment of the case.
        state: the generator's weights; fresh ones by default.
        as_published: of `Generator`.
    """
    generator = Generator(config, as_published)
    if state is not None:
        generator.load_state_dict(state)
    generator = _placed(generator).eval()

    def paint(batch: Batch) -> np.ndarray:
        with torch.inference_mode(), _autocast(config):
            image = generator(**_layout(batch))
        return image.float().permute(0, 2, 3, 1).cpu().numpy()

    return paint


def training(config: Config, as_published: bool = False) -> Run:
    """One full iteration.

    float16's gradients are not scaled: that is for convergence, and takes no time worth measuring.

    Args:
        config: the experiment of the case.
        as_published: of `Trainer`.
    """
    trainer = Trainer(config, as_published)
    for network in (trainer.generator, trainer.discriminator):
        _placed(network)

    def step(batch: Batch) -> dict[str, float]:
        image = torch.from_numpy(batch["image"]).to(_device()).permute(0, 3, 1, 2).contiguous()
        with _autocast(config):
            terms = trainer.train_step(image, _layout(batch))
        return {name: float(value) for name, value in terms.items()}

    return step


def use_threads(count: int) -> None:
    """As many threads as TensorFlow has."""
    torch.set_num_threads(count)


@functools.cache
def _device() -> torch.device:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of machines without a GPU
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def _placed(network: torch.nn.Module) -> torch.nn.Module:
    """On the device, in the memory layout that is fast there."""
    device = _device()
    if device.type == "cuda":
        return network.to(device, memory_format=torch.channels_last)
    return network


def _autocast(config: Config) -> Any:
    kind = TYPES.get(config.train.precision)
    return torch.autocast(_device().type, dtype=kind, enabled=kind is not None)


def _layout(batch: Batch) -> dict[str, torch.Tensor]:
    maps = ("label_map", "instance_map")
    return {k: torch.from_numpy(batch[k]).to(_device()).long() for k in maps if k in batch}
