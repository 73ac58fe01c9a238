"""A ReLU unit that is silent for every sample, and so learns from none."""

import numpy as np

import chainrule
from chainrule import nn
from chainrule.array_types import Array
from chainrule.labs.lab import Lab
from chainrule.labs.parameter import Real, Settings, Whole
from chainrule.labs.plot import Line, Panel
from chainrule.labs.result import Result, Table, verdict

WEIGHTS, EXPECTED = (-0.5, -0.3, 0.1), 100
"""The chapter's unit, and how many of its samples leave it silent."""
BIASES = np.linspace(-1.5, 1.5, 61)  # of the second panel


def unit(bias: float) -> nn.Linear:
    """Return the chapter's unit, before its ReLU."""
    neuron = nn.Linear(len(WEIGHTS), 1)
    state = {"weight": chainrule.tensor([WEIGHTS]), "bias": chainrule.tensor([bias])}
    neuron.load_state_dict(state)
    return neuron


def look(neuron: nn.Linear, samples: Array) -> tuple[Array, float]:
    """Return each sample's pre-activation, and the norm of the weights' gradient."""
    sums = neuron(chainrule.from_numpy(samples))
    nn.ReLU()(sums).mean().backward()
    assert neuron.weight.grad is not None  # noqa: S101 - just computed
    found: Array = sums.detach().array[:, 0]
    return found, float(np.linalg.norm(neuron.weight.grad.array))


def run(settings: Settings) -> Result:
    """Count the samples that leave the unit silent, and see what its weights learn from them."""
    bias, count = settings.real("bias"), settings.whole("samples")
    draw = np.random.default_rng(settings.seed)
    samples = np.abs(draw.standard_normal((count, len(WEIGHTS)))).astype(np.float32)
    sums, gradient = look(unit(bias), samples)
    silent = int((sums < 0).sum())
    found = [look(unit(float(other)), samples) for other in BIASES]
    shares = [float((others < 0).mean()) for others, _ in found]
    norms = [norm for _, norm in found]
    fixed = "silent" if silent == count else "alive"
    return Result(
        verdicts={
            "S14": verdict(
                silent == count and gradient == 0,
                f"{silent} of {count} pre-activations are negative, the largest is "
                f"{sums.max():.3f}, and the gradient of the weights has the norm {gradient:.3g}; "
                f"the chapter has {EXPECTED} of {EXPECTED}",
            )
        },
        numbers={
            "share silent": silent / count,
            "largest pre-activation": float(sums.max()),
            "norm of the gradient": gradient,
        },
        tables=[
            Table(
                "Biases",
                ("bias", "share silent", "norm of the gradient"),
                [*zip(BIASES.tolist(), shares, norms, strict=True)][::10],
            )
        ],
        panels=[
            Panel(
                f"Bias {bias:g}: {fixed}",
                "samples, in order",
                "pre-activation",
                [
                    Line(np.arange(1, count + 1), np.sort(sums), "pre-activation"),
                    Line([1, count], [0, 0], "above this, the unit fires", is_dashed=True),
                ],
            ),
            Panel(
                "The bias decides",
                "bias",
                "share silent; norm of the gradient",
                [
                    Line(BIASES, shares, "samples that leave it silent"),
                    Line(BIASES, norms, "gradient of the weights"),
                ],
            ),
        ],
    )


LAB = Lab(
    name="dead-unit",
    section="9.2",
    question="How do you notice a ReLU unit that never fires?",
    covers=("S14",),
    run=run,
    parameters=(
        Real("bias", -1.0, -5, 5, "of the unit"),
        Whole("samples", 100, 10, 100_000, "drawn at random, none with a negative number"),
    ),
    rigged={"S14": {"bias": 1.0}},
)
