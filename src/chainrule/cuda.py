"""GPUs: there are none here. The functions scripts ask before they choose a device."""


def is_available() -> bool:
    """Say whether there is a GPU: never here.

    >>> is_available()
    False
    """
    return False


def device_count() -> int:
    """Return the number of GPUs: none here."""
    return 0


def manual_seed(seed: int) -> None:
    """Do nothing, as PyTorch without a GPU does: ``chainrule.manual_seed`` sets the seed."""


def manual_seed_all(seed: int) -> None:
    """Do nothing, as PyTorch without a GPU does: ``chainrule.manual_seed`` sets the seed."""


def empty_cache() -> None:
    """Do nothing, as PyTorch without a GPU does."""
