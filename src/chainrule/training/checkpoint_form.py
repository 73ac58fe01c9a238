"""What a checkpoint must look like before anything of it is put in place.

Model, optimiser and callbacks check what they load themselves; the rest is held against the state
of a run that has not begun.
"""

from typing import TYPE_CHECKING, Any

import numpy as np

from chainrule.autograd.core import TensorCore

if TYPE_CHECKING:
    from chainrule.training.trainer import Trainer

RATES = ("base_lrs", "_last_lr")  # what every schedule keeps as lists, one number for each group


def check_state(state: dict[str, Any], fresh: dict[str, Any], trainer: "Trainer") -> None:
    """Refuse a state from which the run could not go on.

    Args:
        state: As read from a file.
        fresh: The state of the run before its first step.
        trainer: Of the run.

    Raises:
        ValueError: saying which part is not what it should be.
    """
    like = {
        **fresh,
        "optimizer": {"state": {}, "param_groups": any_number(fresh["optimizer"]["param_groups"])},
        "scheduler": schedule_form(fresh["scheduler"]),
        "callbacks": [{} for _ in fresh["callbacks"]],
    }
    check_form(state, like)
    check_optimizer(state["optimizer"], hasattr(trainer.optimizer, "rule"))
    for name in ("epoch", "batch", "step"):
        if state[name] < 0:
            raise ValueError(f"its {name} is {state[name]}")
    if len(state["history"]) != state["epoch"]:
        raise ValueError(f"its history has {len(state['history'])} of {state['epoch']} epochs")
    if state["order"] is not None:
        check_order(state["order"], trainer)


def schedule_form(fresh: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return which attributes a schedule keeps, and which of them are numbers."""
    if fresh is None:
        return None
    return {
        name: any_number(value) if isinstance(value, (bool, int, float)) or name in RATES else None
        for name, value in fresh.items()
    }


def any_number(value: Any) -> Any:
    """Return a value with floats in place of whole numbers, so that it stands for both."""
    if isinstance(value, dict):
        return {key: any_number(part) for key, part in value.items() if key != "params"}
    if isinstance(value, (list, tuple)):
        return type(value)([any_number(part) for part in value])
    return float(value) if is_number(value) else value


def check_optimizer(saved: dict[str, Any], has_rule: bool) -> None:
    """Refuse states of an optimiser that no step could begin from.

    Args:
        saved: The optimiser's state dict.
        has_rule: Whether it is one whose rule says what is kept, alike for a group's parameters.

    Raises:
        ValueError: saying what is wrong.
    """
    for number, entry in saved["state"].items():
        if not isinstance(entry, dict) or not all(
            isinstance(v, TensorCore) for v in entry.values()
        ):
            raise ValueError(f"its optimizer state of parameter {number} does not hold tensors")
        step = entry["step"].array if "step" in entry else np.zeros(())
        if step.shape != () or not np.isfinite(step) or step < 0:
            raise ValueError(f"its optimizer has taken {step} steps with parameter {number}")
    for group in saved["param_groups"]:
        entries = [saved["state"][number] for number in group["params"] if number in saved["state"]]
        kept = {tuple(sorted(entry)) for entry in entries}
        if has_rule and len(kept) > 1:
            raise ValueError("its optimizer state holds different things for different parameters")


def check_order(order: object, trainer: "Trainer") -> None:
    """Refuse what cannot be the order of the samples in an epoch.

    Raises:
        ValueError: saying so.
    """
    count = trainer.num_samples
    if not isinstance(order, np.ndarray) or order.ndim != 1 or order.dtype != np.int64:
        raise ValueError("its order of the samples is not a row of numbers")
    if order.size and (order.min() < 0 or order.max() >= count):
        raise ValueError(f"its order names samples that are not among the {count} there are")
    if trainer.loader.sampler is None and not np.array_equal(np.sort(order), np.arange(count)):
        raise ValueError("its order leaves samples out")


def check_form(saved: object, like: object, path: str = "") -> None:
    """Refuse a value that differs from another in more than its numbers.

    Args:
        saved: The value.
        like: What it is held against. None fits everything, a float every number, and a dict every
            dict that has its keys.
        path: Where it stands.

    Raises:
        ValueError: naming the place.
    """
    match like:
        case None:
            return
        case dict():
            fits = isinstance(saved, dict) and like.keys() <= saved.keys()
        case list() | tuple():
            fits = isinstance(saved, type(like)) and len(saved) == len(like)
        case TensorCore():
            fits = isinstance(saved, TensorCore) and saved.dtype == like.dtype
        case np.ndarray():
            fits = isinstance(saved, np.ndarray) and saved.dtype == like.dtype
        case float():
            fits = is_number(saved)
        case _:
            fits = type(saved) is type(like)
    if not fits:
        raise ValueError(f"its {path or 'content'} is not what it should be")
    if isinstance(like, dict) and isinstance(saved, dict):
        for key, part in like.items():
            check_form(saved[key], part, f"{path}.{key}" if path else str(key))
    elif isinstance(like, (list, tuple)) and isinstance(saved, (list, tuple)):
        for one, other in zip(saved, like, strict=True):
            check_form(one, other, path)


def is_number(value: object) -> bool:
    """Return whether a value is a plain number; True and False are none."""
    return isinstance(value, (int, float, np.number)) and not isinstance(value, bool)
