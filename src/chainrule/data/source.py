"""DataSource: what is known of a data set before it is loaded."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

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
        recipe: Training options that do well on it, where the general ones do not: names and values
            as in the record of a training run.
    """

    name: str
    description: str
    task: Task
    class_names: tuple[str, ...]
    load: Callable[..., Split]
    reference: str
    licence: str
    recipe: Mapping[str, object] = field(default_factory=dict)
