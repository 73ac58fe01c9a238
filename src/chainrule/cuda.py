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
