"""A lab over several seeds: means, spreads, and how often each verdict came out."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chainrule.labs.lab import Lab
from chainrule.labs.parameter import Value
from chainrule.labs.result import Result, Table
from chainrule.labs.statistics import estimate


@dataclass(frozen=True)
class Repeated:
    """The same lab with several seeds.

    Attributes:
        results: One for each seed, in order.
    """

    results: Sequence[Result]

    def table(self) -> Table:
        """Return mean and interval of every figure."""
        rows = []
        for name in self.results[0].numbers:
            found = estimate([result.numbers[name] for result in self.results])
            rows.append((name, found.mean, found.low, found.high))
        title = f"{len(self.results)} seeds"
        return Table(title, ("figure", "mean", "95 % from", "to"), rows)

    def outcomes(self) -> dict[str, Counter[str]]:
        """Return how often each verdict came out, by the id it is of."""
        return {
            name: Counter(result.verdicts[name].outcome.value for result in self.results)
            for name in self.results[0].verdicts
        }

    def as_text(self) -> str:
        """Return figures and verdicts as lines."""
        parts = [self.table().as_text()] if self.results[0].numbers else []
        for name, counts in self.outcomes().items():
            found = ", ".join(f"{outcome} {count} times" for outcome, count in counts.items())
            parts.append(f"{name} {found}")
        return "\n\n".join(parts)

    def as_dict(self) -> dict[str, object]:
        """Return figures and verdicts under names."""
        return {
            "seeds": len(self.results),
            "figures": [list(row) for row in self.table().rows],
            "outcomes": {name: dict(counts) for name, counts in self.outcomes().items()},
        }


def repeat(lab: Lab, given: Mapping[str, Value], seeds: int) -> Repeated:
    """Run a lab with seeds 0, 1, ... and return all results."""
    return Repeated([lab.measure(given, seed) for seed in range(seeds)])
