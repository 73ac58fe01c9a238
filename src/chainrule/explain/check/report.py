"""What a gradient check found, and why it most likely failed."""

from collections.abc import Mapping
from dataclasses import dataclass

from chainrule.autograd.numeric_check import Comparison, GradientReport

UNKNOWN = (
    "unknown. The differences follow none of the usual patterns: derive one of the wrong numbers "
    "by hand."
)


@dataclass(frozen=True)
class Diagnosis(GradientReport):
    """A gradient check with reasons; true if every derivative agrees and can be trusted to.

    Attributes:
        reasons: Why it most likely failed, the likeliest first; empty if it passed.
    """

    reasons: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether every derivative agrees, and the function gave the same values each time."""
        return super().passed and not self.reasons

    def __str__(self) -> str:
        lines = [super().__str__()]
        if not self.passed:
            lines += [f"Likely reason: {reason}" for reason in self.reasons or (UNKNOWN,)]
        return "\n".join(lines)

    def to_dict(self) -> Mapping[str, object]:
        """Return everything as plain values; of the derivatives, the worst."""
        return {
            "passed": self.passed,
            "verdict": "agrees" if self.passed else "differs",
            "tolerance": self.tolerance,
            "derivatives": len(self.comparisons),
            "wrong": sum(not comparison.agrees for comparison in self.comparisons),
            "at_kinks": self.num_kinks,
            "worst": None if self.worst is None else as_dict(self.worst),
            "reasons": list(self.reasons),
        }


def as_dict(comparison: Comparison) -> Mapping[str, object]:
    """Return one derivative, computed in both ways, as plain values."""
    return {
        "name": comparison.name,
        "index": None if comparison.index is None else list(comparison.index),
        "analytic": comparison.analytic,
        "numeric": comparison.numeric,
        "relative_error": comparison.relative_error,
        "agrees": comparison.agrees,
    }
