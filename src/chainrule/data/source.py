"""DataSource: what is known of a data set before it is loaded."""

from collections.abc import Callable
from dataclasses import dataclass

from chainrule.data.csv_file import Task
from chainrule.data.split import Split


@dataclass(frozen=True)
class DataSource:
    """A data set that can be loaded by name.

    Args:
        name: As typed in commands.
        description: One sentence.
        task: "classification" or "regression".
        class_names: What the class numbers stand for; empty for regression.
        load: ``load(*, data_dir=None, seed=0, **options)`` -> Split.
        reference: Where it comes from.
        licence: Under which terms.
    """

    name: str
    description: str
    task: Task
    class_names: tuple[str, ...]
    load: Callable[..., Split]
    reference: str
    licence: str
