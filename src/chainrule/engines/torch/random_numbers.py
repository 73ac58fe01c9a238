"""PyTorch's random numbers: each step's own, and otherwise as if nobody had drawn any."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch

from chainrule.randomness import default_generator, random_bits


def seed_step(device: torch.device, rank: int) -> None:
    """Have the next step draw random numbers of its own, others in each process.

    Args:
        device: Where they are drawn.
        rank: Number of this process.
    """
    counter = np.array([default_generator.reserve(1)], np.uint64)
    bits = random_bits(np.uint64(default_generator.key), counter)
    own = int(random_bits(bits[0], np.array([rank], np.uint64))[0])
    generator_of(device).manual_seed(own >> 1)


def generator_of(device: torch.device) -> torch.Generator:
    """Return the generator that dropout masks on a device come from."""
    if device.type == "cuda":
        generator: torch.Generator = torch.cuda.default_generators[device.index]
        return generator
    return torch.default_generator


@contextmanager
def own_random_numbers(device: torch.device) -> Iterator[None]:
    """Leave the state of PyTorch's generator as it was."""
    generator = generator_of(device)
    state = generator.get_state()
    try:
        yield
    finally:
        generator.set_state(state)
