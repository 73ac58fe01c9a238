"""Switches of NVIDIA's library, which scripts set before they train. Without effect here.

With the same seed a script gives the same numbers here, whatever they are set to.
"""

enabled = True
benchmark = False
deterministic = False


def is_available() -> bool:
    """Say whether the library is there: never here.

    >>> is_available()
    False
    """
    return False
