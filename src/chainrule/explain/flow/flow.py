"""The gradient's norm layer by layer, split into what weights and what activations do to it."""

import html
import math
from dataclasses import dataclass

from chainrule.explain.flow.trunk import KINDS, Kind

LARGE = 1e3  # a change of the norm over the whole network that is worth a warning
ADVICE = {
    "activations": "ReLU and its relatives pass gradients on undiminished where sigmoid and tanh "
    "saturate; a normalisation before them helps, too.",
    "weights": "Draw the weights at another scale, e.g. nn.init.kaiming_normal_ for ReLU and "
    "nn.init.xavier_normal_ otherwise.",
    "normalization": "The scale of what is normalised, or the learned weight of the normalisation, "
    "is far from 1.",
    "other": "Look at pooling, dropout and the ways that part and join.",
}


@dataclass(frozen=True)
class LayerFlow:
    """What a layer does to the gradient that goes back through it.

    Attributes:
        layer: Its path in the model.
        operations: What runs in it, in the order of the forward pass.
        norm: Euclidean norm of the gradient of its output.
        activations: Factor by which derivatives of activations make that grow.
        weights: Likewise the linear operations: those that multiply by parameters.
        normalization: Likewise normalisations.
        other: Likewise all else: pooling, dropout, ways that join.
        norm_below: Norm of the gradient of its input: the norm times all factors.
    """

    layer: str
    operations: tuple[str, ...]
    norm: float
    activations: float
    weights: float
    normalization: float
    other: float
    norm_below: float

    @property
    def factor(self) -> float:
        """All factors together."""
        return math.prod(getattr(self, kind) for kind in KINDS)


@dataclass(frozen=True)
class GradientFlow:
    """The layers from the last to the first, as the gradient passes them; prints as a table.

    Attributes:
        layers: One row each.
    """

    layers: tuple[LayerFlow, ...]

    @property
    def ratio(self) -> float:
        """Norm of the gradient at the first layer in proportion to that of the network's output."""
        if not self.layers or self.layers[0].norm == 0:
            return 1.0
        return self.layers[-1].norm_below / self.layers[0].norm

    def logarithm(self, kind: Kind) -> float:
        """Return the decimal logarithm of the factors of one kind; they add up to the ratio's."""
        return math.fsum(_log10(getattr(layer, kind)) for layer in self.layers)

    @property
    def culprit(self) -> Kind | None:
        """What makes the gradient vanish or explode; None if it does neither."""
        if 1 / LARGE <= self.ratio <= LARGE:
            return None
        sign = 1 if self.ratio > 1 else -1
        return max(KINDS, key=lambda kind: sign * self.logarithm(kind))

    @property
    def verdict(self) -> str:
        """One sentence: whether the gradient arrives, and what changes it."""
        if not self.layers or self.layers[0].norm == 0:
            return "There is no gradient to follow."
        dead = next((layer for layer in self.layers if layer.norm_below == 0), None)
        if dead is not None:
            return f"The gradient ends in layer {dead.layer}: nothing of it passes through."
        culprit = self.culprit
        if culprit is None:
            return (
                f"The gradient arrives: on its way back its norm is multiplied by {self.ratio:.3g}."
            )
        word = "explodes" if self.ratio > 1 else "vanishes"
        parts = ", ".join(f"{kind} {power_of_ten(self.logarithm(kind))}" for kind in self._kinds())
        return (
            f"The gradient {word}: on its way back its norm is multiplied by "
            f"{power_of_ten(_log10(self.ratio))}, and most of that is due to {culprit} ({parts}). "
            f"{ADVICE[culprit]}"
        )

    def to_rows(self) -> list[dict[str, object]]:
        """Return the layers as plain values."""
        return [{**vars(layer), "operations": list(layer.operations)} for layer in self.layers]

    def to_dict(self) -> dict[str, object]:
        """Return rows, verdict and what belongs to it as plain values."""
        return {
            "layers": self.to_rows(),
            "ratio": self.ratio,
            "log10": {kind: self.logarithm(kind) for kind in KINDS},
            "culprit": self.culprit,
            "verdict": self.verdict,
        }

    def __str__(self) -> str:
        rows = self._cells()
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        lines = [
            "  ".join(
                cell.ljust(width) if column < 2 else cell.rjust(width)
                for column, (cell, width) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
            for row in rows
        ]
        rule = "-" * max(map(len, lines))
        return "\n".join([lines[0], rule, *lines[1:-1], rule, lines[-1], "", self.verdict])

    def _repr_html_(self) -> str:
        head, *body = self._cells()
        table = [_html_row("th", head), *(_html_row("td", row) for row in body)]
        return f"<table>{''.join(table)}</table><p>{html.escape(self.verdict)}</p>"

    def _kinds(self) -> list[Kind]:
        """Return the kinds that do anything here."""
        return [kind for kind in KINDS if any(getattr(row, kind) != 1 for row in self.layers)]

    def _cells(self) -> list[list[str]]:
        """Return the table: names, layers, and the network as a whole."""
        kinds = self._kinds()
        head = ["layer", "operations", "norm", *(f"× {kind}" for kind in kinds), "= norm below"]
        rows = [
            [
                layer.layer,
                " → ".join(layer.operations),
                f"{layer.norm:.3g}",
                *("" if getattr(layer, k) == 1 else f"{getattr(layer, k):.3g}" for k in kinds),
                f"{layer.norm_below:.3g}",
            ]
            for layer in self.layers
        ]
        first = f"{self.layers[0].norm:.3g}" if self.layers else ""
        last = f"{self.layers[-1].norm_below:.3g}" if self.layers else ""
        products = [power_of_ten(self.logarithm(kind)) for kind in kinds]
        return [head, *rows, ["all", "", first, *products, last]]


def _log10(factor: float) -> float:
    return math.log10(factor) if factor > 0 else -math.inf


def power_of_ten(logarithm: float) -> str:
    """Return the number a decimal logarithm belongs to, however large or small.

    >>> power_of_ten(-1.0), power_of_ten(-400.0), power_of_ten(-math.inf)
    ('0.1', '1e-400', '0')
    """
    if abs(logarithm) < 300 or math.isinf(logarithm):
        return f"{10**logarithm:.3g}"
    return f"1e{logarithm:.0f}"


def _html_row(tag: str, cells: list[str]) -> str:
    return "<tr>" + "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in cells) + "</tr>"
