"""The learning rate over training."""


def linear_decay(epoch: int, epochs: int, decay_epochs: int) -> float:
    """Factor of the learning rate in an epoch: 1, then falling by equal steps in the last epochs.

    The rate falls at the end of an epoch, so the first of the decay epochs still has the full rate
    and the last a rate above 0, as in the papers' code.

    Args:
      epoch: epochs completed, from 0.
      epochs: epochs in all.
      decay_epochs: of these, how many decay; 0 = constant.
    """
    if not decay_epochs:
        return 1.0
    decayed = min(max(0, epoch - (epochs - decay_epochs)), decay_epochs - 1)
    return 1.0 - decayed / decay_epochs
