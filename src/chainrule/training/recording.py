"""Recording a run, so that any of its steps can be looked at afterwards.

What decides a step is little: the weights, the optimiser and the generator before it, and which
samples it took. The whole of that is kept every so many steps; what lies between is computed again,
bit for bit, when somebody asks for it.
"""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chainrule.errors import CorruptFile, DataNotFound, InvalidArgument
from chainrule.files import PathLike, atomic_write
from chainrule.storage import load, save
from chainrule.training.callbacks import Callback
from chainrule.training.checkpoint import run_state

if TYPE_CHECKING:
    from chainrule.engines.engine import StepResult
    from chainrule.training.trainer import Trainer

FIRST_SPACING = 32
MAX_STATES = 64
RECORD_FILE = "recording.json"
FORMAT = 1


class Recorder(Callback):
    """Keeps the state of a run every so many steps.

    Args:
        folder: Where the states are kept; those of an earlier run there are deleted.
        every_steps: Steps from one to the next. When there are more than ``most``, every other one
            is deleted, and from then on half as many are kept.
        most: How many to keep at most; each is as large as a checkpoint.

    Raises:
        InvalidArgument: if a number is too small.
    """

    def __init__(
        self, folder: PathLike, every_steps: int = FIRST_SPACING, most: int = MAX_STATES
    ) -> None:
        if every_steps < 1 or most < 2:
            raise InvalidArgument(
                f"Recorder got every_steps={every_steps} and most={most}: at least 1 and 2 are "
                "needed."
            )
        self.folder = Path(folder)
        self.every_steps = every_steps
        self.most = most

    def on_fit_start(self, trainer: "Trainer") -> None:
        """Make the folder, delete what is of no run or of steps to come, and keep the beginning."""
        if not trainer.processes.is_first:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        for step in kept_steps(self.folder):
            if step > trainer.step or trainer.step == 0:
                state_path(self.folder, step).unlink()
        self._keep(trainer)

    def steps_to_next(self, trainer: "Trainer") -> int | None:
        """Return the steps until a state is to be kept."""
        return self.every_steps - trainer.step % self.every_steps

    def on_step_end(self, trainer: "Trainer", result: "StepResult") -> None:
        """Keep the state if it is time to."""
        if trainer.step % self.every_steps == 0 and trainer.processes.is_first:
            self._keep(trainer)

    def on_fit_end(self, trainer: "Trainer") -> None:
        """Note how far the run came."""
        if trainer.processes.is_first:
            self._note(trainer)

    def _keep(self, trainer: "Trainer") -> None:
        save(run_state(trainer), state_path(self.folder, trainer.step))
        steps = kept_steps(self.folder)
        while len(steps) > self.most:
            self.every_steps *= 2
            for step in [step for step in steps if step % self.every_steps]:
                state_path(self.folder, step).unlink()
            steps = kept_steps(self.folder)
        self._note(trainer)

    def _note(self, trainer: "Trainer") -> None:
        note = {"format": FORMAT, "steps": trainer.step, "epochs": trainer.epochs}
        atomic_write(self.folder / RECORD_FILE, json.dumps(note).encode() + b"\n")

    def state_dict(self) -> dict[str, Any]:
        """Return the spacing, which grows."""
        return {"every_steps": self.every_steps}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take over the spacing."""
        self.every_steps = int(state["every_steps"])


def state_path(folder: Path, step: int) -> Path:
    """Return the file of the state before a step."""
    return folder / f"step-{step:09d}.safetensors"


def kept_steps(folder: Path) -> list[int]:
    """Return the steps before which the state is kept, in order."""
    paths = folder.glob("step-*.safetensors")
    return sorted(int(path.stem.removeprefix("step-")) for path in paths)


def recorded_steps(folder: Path) -> int:
    """Return how many steps a recorded run has taken.

    Raises:
        DataNotFound: if there is no recording in the folder.
        CorruptFile: if it is damaged.
    """
    path = folder / RECORD_FILE
    if not path.is_file():
        raise DataNotFound(
            f"There is no recording in {folder}: {RECORD_FILE} is missing. Record a run with "
            "fit(record=FOLDER) or chainrule train --record."
        )
    try:
        return int(json.loads(path.read_bytes())["steps"])
    except (ValueError, KeyError, TypeError) as error:
        raise CorruptFile(f"{path} is damaged: {error}. Record the run anew.") from error


def state_before(folder: Path, step: int) -> dict[str, Any]:
    """Return the last state kept at or before a step.

    Raises:
        DataNotFound: if there is none.
    """
    before = [kept for kept in kept_steps(folder) if kept <= step]
    if not before:
        raise DataNotFound(f"{folder} holds no state from before step {step}: record the run anew.")
    state: dict[str, Any] = load(state_path(folder, before[-1]))
    return state
