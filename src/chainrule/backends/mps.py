"""Apple's GPUs: there are none here. What scripts ask before they choose a device."""


def is_available() -> bool:
    """Say whether there is an Apple GPU to use: never here.

    >>> is_available()
    False
    """
    return False


def is_built() -> bool:
    """Say whether Apple GPUs are supported: not here."""
    return False
