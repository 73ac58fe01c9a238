"""The command line as a whole: it loads what a command needs, and every command explains itself."""

import subprocess
import sys

import pytest

from chainrule.cli.main import COMMANDS

SHOW_LOADED = """
import sys
from chainrule.cli.main import main
sys.argv = ["chainrule", "train", "--help"]
try:
    main()
finally:
    print(*sorted(sys.modules), file=sys.stderr)
"""


def test_a_command_loads_no_other_one() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SHOW_LOADED], capture_output=True, text=True, timeout=60, check=True
    )
    loaded = done.stderr.split()
    assert "chainrule.cli.train" in loaded
    for name in ("chainrule.cli.bench", "chainrule.labs", "chainrule.explain", "chainrule.quiz"):
        assert name not in loaded, name


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example(name: str) -> None:
    command = [sys.executable, "-m", "chainrule", name, "--help"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert f"Example: chainrule {name}" in done.stdout
    assert "--json" in done.stdout
