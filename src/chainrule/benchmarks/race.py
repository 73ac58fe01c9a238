"""The figures of runs to an accuracy, computed from what was seen of them and nothing else."""

import statistics
from dataclasses import asdict, dataclass, field

from chainrule.benchmarks.comparison import Ratio, ratio_of

OURS = "chainrule train"


@dataclass(frozen=True)
class Arrival:
    """One run.

    Attributes:
        to_target: Seconds to the target accuracy; None if it was not reached.
        to_last_epoch: Seconds to the end of the last epoch, tested.
        to_exit: Seconds to the end of the process, with all that it saves.
        accuracies: On the test samples after every epoch.
        per_epoch: Seconds from one epoch's end to the next one's, testing included; their median,
            or None if there was but one.
        not_run: Why there is nothing, or nothing.
    """

    to_target: float | None = None
    to_last_epoch: float = 0.0
    to_exit: float = 0.0
    accuracies: tuple[float, ...] = ()
    per_epoch: float | None = None
    not_run: str = ""


@dataclass
class Race:
    """All runs, in interleaved rounds.

    Attributes:
        target: Accuracy to reach.
        epochs: After which a run ends.
        arrivals: Title of a candidate -> its runs, in the order of the rounds.
    """

    target: float
    epochs: int
    arrivals: dict[str, list[Arrival]] = field(default_factory=dict)

    def times(self, title: str) -> list[float]:
        """Return a candidate's seconds to the target, or to the last epoch where it was missed.

        There are none if a run failed.
        """
        arrivals = self.arrivals[title]
        if any(arrival.not_run for arrival in arrivals):
            return []
        return [
            arrival.to_last_epoch if arrival.to_target is None else arrival.to_target
            for arrival in arrivals
        ]

    def best_peer(self) -> str | None:
        """Return the PyTorch script's fastest setting."""
        ran = [title for title in self.arrivals if title != OURS and self.times(title)]
        return min(ran, key=lambda title: statistics.median(self.times(title)), default=None)

    def ratio(self) -> Ratio | None:
        """Return the best peer's time over ours, round by round."""
        peer = self.best_peer()
        if peer is None or not self.times(OURS):
            return None
        return ratio_of(self.times(peer), self.times(OURS))

    def as_dict(self) -> dict[str, object]:
        """Return all figures by name."""
        ratio = self.ratio()
        return {
            "target": self.target,
            "epochs": self.epochs,
            "best_peer": self.best_peer(),
            "ratio": ratio and ratio.median,
            "ratio_range": ratio and [ratio.low, ratio.high],
            "verdict": ratio and ratio.verdict,
            "runs": {title: [asdict(a) for a in found] for title, found in self.arrivals.items()},
        }

    def as_text(self) -> str:
        """Return the figures as lines."""
        lines = [f"MNIST, seconds from the start of the process to {self.target:.0%} on the test"]
        for title, arrivals in self.arrivals.items():
            times = self.times(title)
            if not times:
                reason = next(arrival.not_run for arrival in arrivals if arrival.not_run)
                lines.append(f"  {title:<28} not run: {reason}")
                continue
            reached = sum(arrival.to_target is not None for arrival in arrivals)
            epochs = [arrival.per_epoch for arrival in arrivals if arrival.per_epoch is not None]
            after = f"after {self.epochs} epochs"
            after += f", {statistics.median(epochs):.2f} s per epoch" if epochs else ""
            last = [arrival.accuracies[-1] for arrival in arrivals if arrival.accuracies]
            lines.append(
                f"  {title:<28} {statistics.median(times):6.1f} s  reached in {reached} of "
                f"{len(times)} rounds, {statistics.median(last):.2%} {after}"
            )
        ratio, peer = self.ratio(), self.best_peer()
        if ratio:
            lines.append(
                f"  {OURS}: {ratio.verdict}; {peer} takes {ratio.median:.2f} times as long "
                f"(rounds {ratio.low:.2f} to {ratio.high:.2f})"
            )
        return "\n".join(lines)
