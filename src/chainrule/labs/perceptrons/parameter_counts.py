"""How many numbers a feedforward network learns, layer by layer."""

from chainrule.labs.lab import Lab
from chainrule.labs.parameter import Settings, Whole
from chainrule.labs.plot import Bars, Panel
from chainrule.labs.result import Result, Table, verdict
from chainrule.nn import Linear
from chainrule.nn.feedforward import feedforward

SMALL, EXPECTED_SMALL = (20, 10), (410, 31)
LARGE, EXPECTED_LARGE = (256, 128), (234_752, 394)
"""Hidden layers of 10-…-1 and 784-…-10, and the chapter's numbers of weights and biases."""


def counts(sizes: list[int]) -> list[tuple[str, int, int]]:
    """Return the name, the weights and the biases of every layer."""
    layers = [module for module in feedforward(sizes).modules() if isinstance(module, Linear)]
    return [
        (f"{layer.in_features}-{layer.out_features}", layer.weight.array.size, layer.out_features)
        for layer in layers
    ]


def run(settings: Settings) -> Result:
    """Count the parameters of the chapter's two networks."""
    first = settings.whole("first_hidden")
    small = counts([10, first, SMALL[1], 1])
    large = counts([784, *LARGE, 10])
    totals = [(sum(r[1] for r in rows), sum(r[2] for r in rows)) for rows in (small, large)]
    is_so = totals == [EXPECTED_SMALL, EXPECTED_LARGE]
    rows = [(name, weights, biases, weights + biases) for name, weights, biases in small + large]
    return Result(
        verdicts={
            "S08": verdict(
                is_so,
                f"10-{first}-10-1 has {totals[0][0]} weights and {totals[0][1]} biases, "
                f"784-256-128-10 has {totals[1][0]:,} and {totals[1][1]}; the chapter has "
                f"{EXPECTED_SMALL[0]} and {EXPECTED_SMALL[1]}, {EXPECTED_LARGE[0]:,} and "
                f"{EXPECTED_LARGE[1]}",
            )
        },
        numbers={"parameters, small": sum(totals[0]), "parameters, large": sum(totals[1])},
        tables=[Table("Parameters", ("layer", "weights", "biases", "together"), rows)],
        panels=[
            Panel(
                title,
                "layer",
                "learned numbers",
                [
                    Bars([row[0] for row in found], [row[1] for row in found], label="weights"),
                    Bars([row[0] for row in found], [row[2] for row in found], label="biases"),
                ],
                yscale="log",
            )
            for title, found in ((f"10-{first}-10-1", small), ("784-256-128-10", large))
        ],
    )


LAB = Lab(
    name="parameter-counts",
    section="9.1",
    question="How many numbers does a network learn?",
    covers=("S08",),
    run=run,
    parameters=(Whole("first_hidden", SMALL[0], 1, 1000, "units in the first hidden layer"),),
    rigged={"S08": {"first_hidden": 21}},
)
