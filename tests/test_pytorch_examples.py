"""PyTorch scripts of the chapter's level run on chainrule with only the import lines changed."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[1] / "examples"


def with_chainrule(script: str) -> str:
    """Change the import lines, and nothing else."""
    lines = []
    for line in script.splitlines():
        if re.match(r"(import|from) torch\b", line):
            line = re.sub(r"\btorch\b", "chainrule", line)
            line = re.sub(r"^import chainrule$", "import chainrule as torch", line)
        lines.append(line)
    return "\n".join(lines)


def run(program: str, *arguments: str) -> str:
    """Run a program in a process of its own, warnings being errors, and return what it prints."""
    command = [sys.executable, "-W", "error", "-c", program, *arguments]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=200,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("name", ["tensors", "modules", "device"])
def test_script_prints_the_same_on_both_libraries(name: str) -> None:
    script = (FOLDER / f"pytorch_{name}.py").read_text()
    on_torch = run(script).replace("torch.", "")
    on_chainrule = run(with_chainrule(script)).replace("torch.", "")
    assert on_chainrule.splitlines() == on_torch.splitlines()


@pytest.mark.slow
def test_mnist_script_learns_on_chainrule(mnist_folder: Path) -> None:
    script = (FOLDER / "pytorch_mnist.py").read_text()
    # PyTorch reached 94.4 % after one pass over 20,000 images; seeds differ by half a percent.
    assert float(run(with_chainrule(script), str(mnist_folder), "20000")) > 0.935


def test_only_import_lines_change() -> None:
    script = (FOLDER / "pytorch_modules.py").read_text()
    changed = with_chainrule(script)
    pairs = zip(script.splitlines(), changed.splitlines(), strict=True)
    assert all("import" in before for before, after in pairs if before != after)
