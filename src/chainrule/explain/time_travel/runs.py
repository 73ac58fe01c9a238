"""Reopening what ``chainrule train --record`` has left in a folder."""

from pathlib import Path

from chainrule.data import load
from chainrule.explain.time_travel.reopen import RecordedRun, reopen
from chainrule.randomness import manual_seed
from chainrule.training.run import (
    RECORDING_FOLDER,
    build_model,
    read_run_options,
    training_options,
)


def reopen_run(folder: Path, data_dir: Path | None = None) -> RecordedRun:
    """Return a recorded run of the command line, to go to any of its steps.

    Args:
        folder: Where the run left its results.
        data_dir: Where to look for data files first.

    Raises:
        DataNotFound: if there is no run, no recording of it, or no such data.
    """
    options = read_run_options(folder)
    split = load(options.dataset, data_dir=data_dir)
    manual_seed(options.seed)
    model = build_model(options, split)
    chosen = training_options(options, model, split)
    return reopen(folder / RECORDING_FOLDER, model, split.train, **chosen)
