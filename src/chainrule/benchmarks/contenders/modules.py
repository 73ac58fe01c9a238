"""The script that chainrule and PyTorch share: the same names, the same steps."""

from typing import Any

from chainrule.benchmarks.contender import Training
from chainrule.benchmarks.layers import (
    KERNEL_SIZE,
    POOL_SIZE,
    Convolution,
    Dropout,
    Embedding,
    Flatten,
    Layer,
    Linear,
    MaxPooling,
)
from chainrule.benchmarks.works import Work


def build_model(nn: Any, work: Work) -> Any:
    """Return a work's network, made from the modules of ``chainrule.nn`` or ``torch.nn``."""
    return nn.Sequential(*(build_layer(nn, layer) for layer in work.layers))


def build_layer(nn: Any, layer: Layer) -> Any:
    """Return one layer as a module."""
    match layer:
        case Linear(inputs, outputs):
            return nn.Linear(inputs, outputs)
        case Convolution(inputs, outputs):
            return nn.Conv2d(inputs, outputs, KERNEL_SIZE, padding=KERNEL_SIZE // 2)
        case Embedding(words, numbers):
            return nn.Embedding(words, numbers)
        case Dropout(probability):
            return nn.Dropout(probability)
        case MaxPooling():
            return nn.MaxPool2d(POOL_SIZE)
        case Flatten():
            return nn.Flatten()
        case _:
            return nn.ReLU()


def train_in_batches(
    work: Work, measure_loss: Any, optimizer: Any, x: Any, y: Any, permute: Any
) -> Training:
    """Return the usual loop: shuffle, take batches by index, and step.

    Args:
        work: What is trained.
        measure_loss: Function of a batch's inputs and targets, with a graph behind its result.
        optimizer: Of the network's parameters.
        x: All inputs, a tensor.
        y: All targets, a tensor.
        permute: The library's ``randperm``.
    """

    def run() -> float:
        total = 0.0
        for rows in permute(work.num_samples).split(work.batch_size):
            optimizer.zero_grad()
            loss = measure_loss(x[rows], y[rows])
            loss.backward()
            optimizer.step()
            total += loss.item()
        return total / work.num_batches

    return Training(run, work.num_batches)
