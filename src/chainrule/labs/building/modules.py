"""A module of one's own: its layers are found, named, counted and shown by themselves."""

from chainrule import Tensor, nn
from chainrule.labs.lab import Lab
from chainrule.labs.parameter import Settings, Whole
from chainrule.labs.plot import Bars, Panel
from chainrule.labs.result import Result, Table, verdict

EXPECTED = 283
"""The chapter's number of parameters of a network 10-20-3."""
NAMES = ["fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"]


class SimpleNet(nn.Module):
    """Two layers, ReLU between them.

    Args:
        inputs: Numbers of a sample.
        hidden: Units of the first layer.
        outputs: Units of the second.
    """

    def __init__(self, inputs: int, hidden: int, outputs: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(inputs, hidden)
        self.relu = nn.ReLU()
        self.fc2 = nn.Linear(hidden, outputs)

    def forward(self, x: Tensor) -> Tensor:
        """Return the scores of samples, shape (batch, outputs)."""
        scores: Tensor = self.fc2(self.relu(self.fc1(x)))
        return scores


def run(settings: Settings) -> Result:
    """Build a module, list its parameters by name and count them."""
    sizes = [settings.whole(name) for name in ("inputs", "hidden", "outputs")]
    network = SimpleNet(*sizes)
    counts = {name: parameter.numel() for name, parameter in network.named_parameters()}
    total = sum(counts.values())
    lines = repr(network).splitlines()
    is_readable = lines[0] == "SimpleNet(" and all(
        any(line.strip().startswith(f"({name})") for line in lines)
        for name in ("fc1", "relu", "fc2")
    )
    reason = (
        f"{'-'.join(map(str, sizes))} has {total} parameters, the chapter's 10-20-3 has {EXPECTED};"
        f" they are found as {', '.join(counts)}, and the layers are "
        f"{'all' if is_readable else 'not all'} shown by name"
    )
    rows = [(name, str(tuple(p.shape)), p.numel()) for name, p in network.named_parameters()]
    return Result(
        verdicts={
            "S37": verdict(total == EXPECTED and list(counts) == NAMES and is_readable, reason)
        },
        numbers={"parameters": total},
        tables=[Table("Parameters by name", ("name", "shape", "numbers"), rows)],
        panels=[
            Panel(
                f"{total} parameters in all",
                "name",
                "numbers",
                [Bars([*counts], [*counts.values()])],
            )
        ],
    )


LAB = Lab(
    name="modules",
    section="9.5",
    question="How does a network know its own parameters, and how many are there?",
    covers=("S37",),
    run=run,
    parameters=(
        Whole("inputs", 10, 1, 1000, "numbers of a sample"),
        Whole("hidden", 20, 1, 1000, "units of the hidden layer"),
        Whole("outputs", 3, 1, 1000, "units of the last layer"),
    ),
    rigged={"S37": {"hidden": 21}},
)
