"""What a lab finds: numbers, tables, pictures, and verdicts that follow from them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import Enum
from typing import Any, TypeAlias

from chainrule.labs.plot import Panel

Cell: TypeAlias = str | int | float


class Outcome(Enum):
    """How a claim fares."""

    HOLDS = "holds"
    ONLY_IF = "holds only if"
    FAILS = "does not hold"


@dataclass(frozen=True)
class Verdict:
    """What measurements say about a claim, or whether a system does what the chapter says.

    Attributes:
        outcome: How it fares.
        reason: The measurement that decides, and against what; for "holds only if", the condition
            first.
    """

    outcome: Outcome
    reason: str

    def __str__(self) -> str:
        if self.outcome is Outcome.ONLY_IF:
            return f"{self.outcome.value} {self.reason}"
        return f"{self.outcome.value}: {self.reason}"


def verdict(is_so: bool, reason: str) -> Verdict:
    """Return that a claim holds, or that it does not.

    Args:
        is_so: What the measurement decides.
        reason: The measurement, and against what.

    >>> print(verdict(0.2 < 0.25, "largest slope 0.2, at most 0.25 claimed"))
    holds: largest slope 0.2, at most 0.25 claimed
    """
    return Verdict(Outcome.HOLDS if is_so else Outcome.FAILS, reason)


@dataclass(frozen=True)
class Table:
    """Figures in rows.

    Attributes:
        title: What they are.
        columns: Names, with units.
        rows: One cell for each column.
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]

    def as_text(self) -> str:
        """Return the table with aligned columns."""
        lines = [[str(name) for name in self.columns]]
        lines += [[cell_text(cell) for cell in row] for row in self.rows]
        widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
        texts = [
            "  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True))
            for line in lines
        ]
        return "\n".join([self.title, *texts])


@dataclass(frozen=True)
class Result:
    """All that one run of a lab finds.

    Attributes:
        verdicts: By the id of a claim or a system.
        numbers: Single figures by name; these are what repeated runs are summarised by.
        tables: Figures in rows.
        panels: The picture, from left to right.
    """

    verdicts: Mapping[str, Verdict]
    numbers: Mapping[str, float] = field(default_factory=dict)
    tables: Sequence[Table] = ()
    panels: Sequence[Panel] = ()

    def as_text(self) -> str:
        """Return tables, numbers and verdicts as lines."""
        parts = [table.as_text() for table in self.tables]
        if self.numbers:
            width = max(map(len, self.numbers))
            parts.append(
                "\n".join(
                    f"{name.ljust(width)}  {cell_text(v)}" for name, v in self.numbers.items()
                )
            )
        parts += [f"{name} {found}" for name, found in self.verdicts.items()]
        return "\n\n".join(parts)

    def as_dict(self) -> dict[str, Any]:
        """Return everything but the picture under names."""
        return {
            "verdicts": {
                name: {"outcome": found.outcome.value, "reason": found.reason}
                for name, found in self.verdicts.items()
            },
            "numbers": dict(self.numbers),
            "tables": [asdict(table) for table in self.tables],
        }


def cell_text(cell: Cell) -> str:
    """Return a cell as text: numbers with six significant digits.

    >>> cell_text(0.123456789), cell_text(1000), cell_text(2.0)
    ('0.123457', '1000', '2')
    """
    return f"{cell:.6g}" if isinstance(cell, float) else str(cell)
