"""Softmax: probabilities that favour the largest logit, and the chapter's worked example."""

import numpy as np

import chainrule
from chainrule.array_types import Array
from chainrule.labs.lab import Lab
from chainrule.labs.parameter import Real, Settings, Whole
from chainrule.labs.plot import Line, Panel
from chainrule.labs.result import Result, Table, verdict
from chainrule.nn import functional

FIRST, FIRST_EXPECTED = (2.0, 1.0, 0.1), (0.6590, 0.2424, 0.0986)
SECOND, SECOND_EXPECTED = (3.0, 1.0, 0.1), (0.840, 0.114, 0.046)
WORKED, PRINTED = (2.1, 0.5, -1.0), (0.81, 0.14, 0.05)
"""The chapter's logits, and what it says of them; PRINTED is what its worked example reads."""
SAME_LARGEST = 1.0  # share of random logits whose largest must get the largest probability


def softmax(logits: Array | tuple[float, ...], factor: float) -> Array:
    """Return the probabilities for logits that are multiplied by a factor."""
    scaled = chainrule.tensor(np.array(logits, dtype=np.float64) * factor)
    found: Array = functional.softmax(scaled, dim=-1).array
    return found


def run(settings: Settings) -> Result:
    """Compute the chapter's examples, and look at many random logits."""
    factor = settings.real("factor")
    example = (WORKED[0], settings.real("second_logit"), settings.real("third_logit"))
    first, second, worked = (softmax(logits, factor) for logits in (FIRST, SECOND, example))
    draw = np.random.default_rng(settings.seed)
    many = draw.standard_normal((settings.whole("samples"), 5))
    chances = softmax(many, factor)
    same = float((chances.argmax(axis=1) == many.argmax(axis=1)).mean())
    ordered = np.sort(many * 1.0, axis=1)
    odds = np.sort(chances, axis=1)[:, -1] / np.sort(chances, axis=1)[:, -2]
    gaps = ordered[:, -1] - ordered[:, -2]
    amplified = float((odds > 1 + gaps).mean())
    is_as_printed = bool((np.round(worked, 2) == PRINTED).all())
    off = [np.abs(first - FIRST_EXPECTED).max(), np.abs(second - SECOND_EXPECTED).max()]
    is_right = bool(off[0] < 5e-5 and off[1] < 5e-4)
    said = [round(float(chance), 3) for chance in worked]
    rows = [
        (", ".join(map(str, logits)), ", ".join(f"{chance:.4f}" for chance in found))
        for logits, found in ((FIRST, first), (SECOND, second), (example, worked))
    ]
    gap = np.linspace(0, 5, 101)
    two = softmax(np.column_stack([gap, np.zeros_like(gap)]), factor)[:, 0]
    return Result(
        verdicts={
            "S16": verdict(
                is_right, f"{np.round(first, 4).tolist()}, {np.round(second, 3).tolist()}"
            ),
            "Q10": verdict(
                same >= SAME_LARGEST and amplified >= SAME_LARGEST,
                f"of {len(many)} random logits, the largest has the largest probability in "
                f"{same:.0%}, and a gap of d makes the odds more than 1 + d in {amplified:.0%}",
            ),
            "Q11": verdict(
                is_as_printed,
                f"softmax of {list(example)} is {said}; the chapter reads {list(PRINTED)}",
            ),
        },
        numbers={"largest stays largest": same, "gaps amplified": amplified},
        tables=[Table("Softmax", ("logits", "probabilities"), rows)],
        panels=[
            Panel(
                "Two classes",
                "gap between the logits",
                "probability of the larger",
                [Line(gap, two, "softmax"), Line(gap, 0.5 + 0 * gap, "even", is_dashed=True)],
            )
        ],
    )


LAB = Lab(
    name="softmax",
    section="9.2",
    question="What does softmax make of logits, and is the chapter's example right?",
    covers=("S16", "Q10", "Q11"),
    run=run,
    parameters=(
        Real("factor", 1.0, -5, 5, "of all logits; below 1 they are levelled out"),
        Real("second_logit", WORKED[1], -10, 10, "of the chapter's worked example"),
        Real("third_logit", WORKED[2], -10, 10, "of the chapter's worked example"),
        Whole("samples", 1000, 10, 100_000, "random logits"),
    ),
    rigged={
        "S16": {"factor": 0.5},
        "Q10": {"factor": -1.0},
        "Q11": {"second_logit": 0.345, "third_logit": -0.685},
    },
)
