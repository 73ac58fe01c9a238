"""How many numbers come out of a layer."""

import numpy as np

import chainrule
from chainrule import nn
from chainrule.quiz.exercise import Exercise, Topic


def make(draw: np.random.Generator) -> Exercise:
    """Return an exercise on the numbers that a convolution puts out for one picture."""
    channels, kernels = int(draw.choice([1, 3])), int(draw.choice([4, 8, 16]))
    size, kernel = int(draw.choice([8, 10, 16, 28])), int(draw.choice([3, 5]))
    stride, padding = int(draw.integers(1, 3)), int(draw.integers(0, 2))
    layer = nn.Conv2d(channels, kernels, kernel, stride=stride, padding=padding)
    out = layer(chainrule.zeros(1, channels, size, size)).shape
    return Exercise(
        section="9.5",
        kind="shapes",
        text=(
            f"Conv2d({channels}, {kernels}, {kernel}, stride={stride}, padding={padding}) is given "
            f"a picture of shape ({channels}, {size}, {size}). How many numbers does it put out?"
        ),
        answer=int(np.prod(out)),
        is_whole=True,
        solution=(
            f"({size} + 2·{padding} - {kernel}) / {stride}, rounded down, + 1 = {out[2]}; "
            f"{kernels}·{out[2]}·{out[3]} = {int(np.prod(out))}"
        ),
    )


TOPIC = Topic("9.5", make)
