"""What doctests may use without importing it, and a clean slate for every test."""

from typing import Any

import numpy as np
import pytest


@pytest.fixture(autouse=True)
def numpy_in_doctests(doctest_namespace: dict[str, Any]) -> None:
    """Examples in docstrings write np for NumPy."""
    doctest_namespace["np"] = np
