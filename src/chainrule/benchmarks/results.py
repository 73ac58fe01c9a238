"""All that one call of ``chainrule bench`` found, and the files it leaves."""

import json
from dataclasses import dataclass, field
from pathlib import Path

from chainrule.benchmarks.comparison import Comparison
from chainrule.benchmarks.plot import plot_rows, plot_sweep
from chainrule.benchmarks.race import Race
from chainrule.benchmarks.report import as_text, machine
from chainrule.files import atomic_write

JSON_FILE, ROWS_FILE = "bench.json", "bench.png"


@dataclass
class Results:
    """What was found.

    Attributes:
        sweep: "width" or "depth" if the rows are those of a sweep, else nothing.
        comparisons: One for each row.
        race: To an accuracy, if it was run.
    """

    sweep: str = ""
    comparisons: list[Comparison] = field(default_factory=list)
    race: Race | None = None

    def as_dict(self) -> dict[str, object]:
        """Return all figures by name."""
        return {
            "machine": machine(),
            "sweep": self.sweep or None,
            "rows": [comparison.as_dict() for comparison in self.comparisons],
            "time_to_accuracy": self.race and self.race.as_dict(),
        }

    def as_text(self) -> str:
        """Return the tables."""
        parts = ["{processor}, {cores} cores".format(**machine())]
        parts += [as_text(self.comparisons)] if self.comparisons else []
        parts += [self.race.as_text()] if self.race else []
        return "\n\n".join(parts)

    def write(self, folder: Path) -> list[Path]:
        """Write the figures and their plot into a folder, made if need be; return the files."""
        folder.mkdir(parents=True, exist_ok=True)
        files = [folder / JSON_FILE]
        atomic_write(files[0], json.dumps(self.as_dict(), indent=1).encode() + b"\n")
        if self.comparisons:
            files.append(folder / (f"{self.sweep}.png" if self.sweep else ROWS_FILE))
            if self.sweep:
                plot_sweep(self.sweep, self.comparisons, files[1])
            else:
                plot_rows(self.comparisons, files[1])
        return files
