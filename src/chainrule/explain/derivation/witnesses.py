"""What speaks for a derived gradient: sums that hold, a central difference, PyTorch."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chainrule.explain.derivation.equation import relative

if TYPE_CHECKING:
    from chainrule.explain.derivation.derivation import Derivation


@dataclass(frozen=True)
class Witness:
    """One way in which the gradient was computed.

    Attributes:
        name: Of the way.
        value: The gradient by it.
        verdict: How it compares with that of the backward pass.
    """

    name: str
    value: float
    verdict: str


def witnesses(derivation: "Derivation") -> Iterator[Witness]:
    """Yield the backward pass, the derivation, and those that were asked beside them."""
    gradient, difference = derivation.gradient, derivation.worst_difference
    yield Witness("backward()", gradient, "")
    verdict = "they add up" if derivation.adds_up else "they do NOT add up"
    yield Witness(
        "these equations",
        derivation.total,
        f"{verdict}: largest relative difference {difference:.1e}",
    )
    if derivation.numeric is not None:
        numeric = derivation.numeric
        verdict = "agrees" if numeric.agrees else "DIFFERS"
        if numeric.is_kink:
            verdict = "the loss has a kink here, with different slopes on both sides"
        yield Witness(
            "central difference",
            numeric.numeric,
            f"{verdict}: relative difference {numeric.relative_error:.1e}",
        )
    if derivation.pytorch is not None:
        theirs = derivation.pytorch
        difference = relative(gradient - theirs, max(abs(gradient), abs(theirs)))
        yield Witness("PyTorch", theirs, f"relative difference {difference:.1e}")
