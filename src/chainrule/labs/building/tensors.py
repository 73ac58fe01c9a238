"""Tensors: made, added, multiplied, drawn at random and moved to a device."""

import numpy as np

import chainrule
from chainrule.labs.lab import Lab
from chainrule.labs.parameter import Real, Settings, Whole
from chainrule.labs.plot import Bars, Line, Panel
from chainrule.labs.result import Result, Table, verdict

A, B_SECOND = (1.0, 2.0), 4.0
SUM, PRODUCTS, DOT = [4.0, 6.0], [3.0, 8.0], 11.0
"""The chapter's a = (1, 2) and b = (3, 4), a + b, a * b and a @ b."""
ERRORS = 4
"""Standard errors that the mean of random numbers may be off: one draw in 16,000 is further."""
BINS = 40


def checks(a: chainrule.Tensor, b: chainrule.Tensor, drawn: chainrule.Tensor) -> dict[str, bool]:
    """Say of everything the chapter does with tensors whether it comes out as printed."""
    wanted = chainrule.tensor([1.0], requires_grad=True)
    return {
        "a + b": (a + b).tolist() == SUM,
        "a * b": (a * b).tolist() == PRODUCTS,
        "a @ b": (a @ b).item() == DOT,
        "zeros, ones": chainrule.zeros(2, 3).sum().item() == 0 and chainrule.ones(4).sum() == 4,
        "randn": abs(drawn.mean().item()) < ERRORS / len(drawn) ** 0.5,
        "requires_grad": wanted.requires_grad and not a.requires_grad,
        "to a device": chainrule.equal(a.to("cpu"), a) and a.to("cpu").device.type == "cpu",
    }


def run(settings: Settings) -> Result:
    """Calculate with two short tensors and look at a long random one."""
    a, b = chainrule.tensor(A), chainrule.tensor([settings.real("b"), B_SECOND])
    drawn = chainrule.randn(settings.whole("count"))
    found = checks(a, b, drawn)
    failed = [name for name, is_right in found.items() if not is_right]
    dot = (a @ b).item()
    reason = f"a @ b is {dot:g}, the chapter's is {DOT:g}; of {len(found)} things done with tensors"
    reason += f" {', '.join(failed)} came out otherwise" if failed else " all came out as printed"
    pairs = [f"{i}. number" for i in (1, 2)]
    bars = [
        Bars(pairs, [float(value) for value in tensor], label=name)
        for name, tensor in (("a", a), ("b", b), ("a + b", a + b), ("a * b", a * b))
    ]
    heights, edges = np.histogram(drawn.numpy(), BINS, (-4, 4), density=True)
    centres = (edges[1:] + edges[:-1]) / 2
    normal = np.exp(-(centres**2) / 2) / np.sqrt(2 * np.pi)
    drawing = [
        Line(centres, heights, f"{len(drawn)} drawn by randn"),
        Line(centres, normal, "normal distribution", is_dashed=True),
    ]
    return Result(
        verdicts={"S35": verdict(not failed, reason)},
        numbers={"a @ b": dot, "mean of randn": drawn.mean().item()},
        tables=[
            Table(
                "As printed?",
                ("what", "so"),
                [(name, "yes" if is_right else "no") for name, is_right in found.items()],
            )
        ],
        panels=[
            Panel("Number by number", "", "value", bars),
            Panel("Numbers at random", "value", "density", drawing),
        ],
    )


LAB = Lab(
    name="tensors",
    section="9.5",
    question="What can be done with tensors, and what comes out?",
    covers=("S35",),
    run=run,
    parameters=(
        Real("b", 3.0, -10, 10, "first number of b; the second is 4"),
        Whole("count", 10_000, 100, 1_000_000, "numbers drawn at random"),
    ),
    rigged={"S35": {"b": 4.0}},
)
