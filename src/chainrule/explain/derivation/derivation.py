"""The derivation of one number of a gradient, and the witnesses beside it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property

from chainrule.autograd.numeric_check import Comparison
from chainrule.explain.derivation import latex, text, tree
from chainrule.explain.derivation.equation import Equation, add, relative
from chainrule.explain.derivation.rules import Rule


@dataclass(frozen=True)
class Derivation:
    """Why one number of a gradient is what it is; prints as text, and as Markdown in notebooks.

    Attributes:
        name: The number, such as ``1.weight[2, 1]``.
        gradient: How much the loss grows with it, by the backward pass.
        loss: The loss.
        path: The values from the number to the loss along the largest terms.
        equations: One for each gradient derived, that of the number itself first.
        rules: What the operations on the way compute, and their derivatives.
        rounding: Relative difference that rounding explains, for the dtype of the graph.
        numeric: The gradient beside the central difference; None if values were changed in place.
        pytorch: PyTorch's value; None if it was not asked for.
    """

    name: str
    gradient: float
    loss: float
    path: tuple[str, ...]
    equations: tuple[Equation, ...]
    rules: tuple[Rule, ...]
    rounding: float
    numeric: Comparison | None = None
    pytorch: float | None = None

    @cached_property
    def total(self) -> float:
        """What the equations give when they are put into each other.

        Of the gradients on their right-hand sides, only those that no equation derives are taken
        from the backward pass.
        """
        totals: dict[int, float] = {}
        waiting = [1] if self.equations else []
        while waiting:
            equation = self.equations[waiting[-1] - 1]
            needed = [term.equation for term in equation.terms if term.equation is not None]
            missing = [number for number in needed if number not in totals]
            if missing:
                waiting += missing
                continue
            parts = [
                term.factor * (term.gradient if term.equation is None else totals[term.equation])
                for term in equation.terms
            ]
            totals[equation.number] = add([*parts, equation.rest.total if equation.rest else 0.0])
            waiting.pop()
        return totals.get(1, self.gradient)

    @property
    def relative_difference(self) -> float:
        """The difference of ``total`` and ``gradient``, in proportion to what is added."""
        size = self.equations[0].size if self.equations else abs(self.gradient)
        return relative(self.total - self.gradient, size)

    @property
    def worst_difference(self) -> float:
        """The largest relative difference: of any equation, or of all put into each other."""
        own = [equation.relative_difference for equation in self.equations]
        return max([self.relative_difference, *own])

    @property
    def adds_up(self) -> bool:
        """Whether all equations hold, and together give the gradient, up to rounding."""
        return self.worst_difference <= self.rounding

    @property
    def main_chain(self) -> tuple[float, ...]:
        """The factors along the chain of largest terms, from the number to the loss."""
        factors: list[float] = []
        number: int | None = 1
        while number is not None and number <= len(self.equations):
            terms = self.equations[number - 1].terms
            if not terms:
                break
            factors.append(terms[0].factor)
            number = terms[0].equation
        return tuple(factors)

    @property
    def is_one_path(self) -> bool:
        """Whether a single path leads to the loss, so that the gradient is one product."""
        return all(equation.is_single for equation in self.equations)

    def to_text(self) -> str:
        """Return the derivation as plain text."""
        return text.page(self)

    def to_tree(self) -> str:
        """Return the derivation as a tree: what each number leads to stands below it."""
        return tree.page(self)

    def to_markdown(self) -> str:
        """Return the derivation as Markdown with formulas."""
        return latex.markdown(self)

    def to_latex(self) -> str:
        """Return the equations as LaTeX, for a document that uses amsmath."""
        return latex.align(self)

    def to_dict(self) -> Mapping[str, object]:
        """Return everything as plain values."""
        return {
            **{name: getattr(self, name) for name in ("name", "gradient", "loss")},
            "path": list(self.path),
            "total": self.total,
            "relative_difference": self.relative_difference,
            "worst_difference": self.worst_difference,
            "adds_up": self.adds_up,
            "numeric": None if self.numeric is None else self.numeric.numeric,
            "pytorch": self.pytorch,
            "equations": [asdict(equation) for equation in self.equations],
            "rules": [asdict(rule) for rule in self.rules],
        }

    def __str__(self) -> str:
        return self.to_text()

    def _repr_markdown_(self) -> str:
        return self.to_markdown()
