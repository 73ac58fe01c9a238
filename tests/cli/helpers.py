"""Running the command line inside the test's own process."""

import json
import sys
from typing import Any

import pytest

from chainrule.cli.main import main


def run(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> int:
    """Run ``chainrule ARGUMENTS`` and return its exit code."""
    monkeypatch.setattr(sys, "argv", ["chainrule", *arguments])
    try:
        main()
    except SystemExit as stop:
        return int(stop.code or 0)
    return 0


def last_json(text: str) -> dict[str, Any]:
    """The JSON object on the last line of what was printed."""
    return json.loads(text.strip().splitlines()[-1])
