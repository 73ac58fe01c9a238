"""The figures of a comparison, computed from its measurements and nothing else."""

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Literal, NamedTuple, TypeAlias

from chainrule.benchmarks.contenders import CONTENDERS
from chainrule.benchmarks.measure import Measurement

REFERENCES = ("chainrule-compiled", "chainrule-eager")
"""Against whom all others are held: the first of them that ran."""

PAIRS = (
    ("chainrule-eager", "pytorch"),
    ("chainrule-estimator", "scikit-learn"),
)
"""Ours and theirs of the same kind."""

Verdict: TypeAlias = Literal["faster", "slower", "no difference seen"]


class Ratio(NamedTuple):
    """One time divided by another, round by round.

    Attributes:
        median: Over the rounds.
        low, high: The least and the largest of a round.
    """

    median: float
    low: float
    high: float

    @property
    def verdict(self) -> Verdict:
        """What the rounds say of the one that the ratio is divided by, if they all agree."""
        if self.low > 1:
            return "faster"
        return "slower" if self.high < 1 else "no difference seen"


@dataclass
class Run:
    """The measurements of one contender with one setting, in the order of the rounds."""

    contender: str
    setting: str
    measurements: list[Measurement] = field(default_factory=list)

    @property
    def not_run(self) -> str:
        """Why a measurement is missing, or nothing."""
        reasons = [found.not_run for found in self.measurements if found.not_run]
        return reasons[0] if reasons else ""

    @property
    def times(self) -> list[float]:
        """Seconds per step in every round."""
        return [found.seconds_per_step for found in self.measurements if not found.not_run]

    @property
    def seconds_per_step(self) -> float:
        """Median over the rounds."""
        return statistics.median(self.times)

    @property
    def cold_seconds(self) -> float:
        """First use with nothing compiled before: the first round."""
        return self.measurements[0].first_use_seconds

    @property
    def warm_seconds(self) -> float | None:
        """First use in a later process: median of the other rounds; None if there are none."""
        later = [found.first_use_seconds for found in self.measurements[1:]]
        return statistics.median(later) if later else None

    @property
    def peak_bytes(self) -> int:
        """The most memory of any round."""
        return max(found.peak_bytes for found in self.measurements)


@dataclass
class Comparison:
    """All runs at one work.

    Attributes:
        work: Its name.
        batch_size: Samples per step.
        rounds: How often each was measured.
        runs: One for every contender and setting.
    """

    work: str
    batch_size: int
    rounds: int
    runs: list[Run]

    def contenders(self) -> list[str]:
        """Return the names of all who were asked to run."""
        return list(dict.fromkeys(run.contender for run in self.runs))

    def best(self, contender: str) -> Run | None:
        """Return a contender's run with its fastest setting, of those measured in every round."""
        complete = [
            run
            for run in self.runs
            if run.contender == contender and len(run.times) == self.rounds and not run.not_run
        ]
        return min(complete, key=lambda run: run.seconds_per_step, default=None)

    def reason(self, contender: str) -> str:
        """Return why a contender did not run."""
        reasons = [run.not_run for run in self.runs if run.contender == contender and run.not_run]
        return reasons[0] if reasons else ""

    @property
    def reference(self) -> Run | None:
        """The run that all others are held against; None if chainrule did not run."""
        found = [run for name in REFERENCES if (run := self.best(name)) is not None]
        return found[0] if found else None

    @property
    def fastest_peer(self) -> Run | None:
        """The fastest run of all that are not chainrule's."""
        peers = [c.name for c in CONTENDERS if not c.is_ours]
        found = [run for name in peers if (run := self.best(name)) is not None]
        return min(found, key=lambda run: run.seconds_per_step, default=None)

    def pairs(self) -> list[tuple[Run, Run, Ratio]]:
        """Return whom we are compared with: our run, theirs, and their time over ours."""
        chosen = [(self.reference, self.fastest_peer)]
        chosen += [(self.best(ours), self.best(theirs)) for ours, theirs in PAIRS]
        found: list[tuple[Run, Run, Ratio]] = []
        for ours, theirs in chosen:
            known = [(one.contender, other.contender) for one, other, _ in found]
            if ours and theirs and (ours.contender, theirs.contender) not in known:
                found.append((ours, theirs, ratio_of(theirs.times, ours.times)))
        return found

    def as_dict(self) -> dict[str, object]:
        """Return all figures by name."""
        reference = self.reference
        best = {name: run for name in self.contenders() if (run := self.best(name))}
        return {
            "row": self.work,
            "batch_size": self.batch_size,
            "rounds": self.rounds,
            "reference": reference and reference.contender,
            "fastest_peer": self.fastest_peer and self.fastest_peer.contender,
            "contenders": {
                name: figures(run, reference)
                if (run := best.get(name))
                else {"not_run": self.reason(name)}
                for name in self.contenders()
            },
            "pairs": [
                {
                    "ours": ours.contender,
                    "theirs": theirs.contender,
                    "ratio": ratio.median,
                    "ratio_range": [ratio.low, ratio.high],
                    "verdict": ratio.verdict,
                }
                for ours, theirs, ratio in self.pairs()
            ],
            "measurements": [asdict(found) for run in self.runs for found in run.measurements],
        }


def figures(run: Run, reference: Run | None) -> dict[str, object]:
    """Return a contender's figures by name."""
    ratio = ratio_of(run.times, reference.times) if reference else None
    return {
        "setting": run.setting,
        "seconds_per_step": run.seconds_per_step,
        "ratio": ratio and ratio.median,
        "ratio_range": ratio and [ratio.low, ratio.high],
        "cold_seconds": run.cold_seconds,
        "warm_seconds": run.warm_seconds,
        "peak_bytes": run.peak_bytes,
        "versions": run.measurements[-1].versions,
    }


def ratio_of(above: Sequence[float], below: Sequence[float]) -> Ratio:
    """Return the ratio of two contenders' times, formed within each round.

    >>> ratio_of([2.0, 9.0, 4.0], [1.0, 3.0, 2.0])
    Ratio(median=2.0, low=2.0, high=3.0)
    """
    ratios = sorted(a / b for a, b in zip(above, below, strict=True))
    return Ratio(statistics.median(ratios), ratios[0], ratios[-1])
