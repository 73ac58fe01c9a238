"""What ``import chainrule`` may cost: nothing heavy is loaded, and little time is taken."""

import os
import subprocess
import sys

import pytest

HEAVY = ["scipy", "numba", "sklearn", "matplotlib", "pooch", "torch", "PIL", "typer", "rich",
         "safetensors", "pandas", "onnx"]  # fmt: skip
LIMIT = 2.0  # times the processor time of `import numpy`
RUNS = 7

TIMED = """
import time
start = time.process_time()
import {package}
print(time.process_time() - start)
"""


def run(program: str) -> str:
    """What a program prints in a fresh process."""
    # An installed package lies there compiled to bytecode; here the first run compiles it.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    return done.stdout


def test_nothing_heavy_is_loaded() -> None:
    loaded = run("import sys, chainrule; print(*{m.split('.')[0] for m in sys.modules})").split()
    assert "chainrule" in loaded
    assert not set(HEAVY) & set(loaded)


def test_it_takes_less_than_twice_the_time_of_numpy() -> None:
    # The fastest of a few interleaved runs: whatever else the machine does only adds time.
    times = {"numpy": [], "chainrule": []}
    for _ in range(RUNS):
        for package, taken in times.items():
            taken.append(float(run(TIMED.format(package=package))))
    assert min(times["chainrule"]) < LIMIT * min(times["numpy"]), times


@pytest.mark.parametrize(
    "room", ["backends", "data", "estimators", "nn", "optim", "storage", "training", "utils"]
)
def test_rooms_are_loaded_when_a_script_names_them(room: str) -> None:
    before, name, listed = run(
        "import sys, chainrule\n"
        f"print('chainrule.{room}' in sys.modules)\n"
        f"print(chainrule.{room}.__name__)\n"
        f"print('{room}' in dir(chainrule))\n"
    ).split()
    assert (before, name, listed) == ("False", f"chainrule.{room}", "True")


def test_operations_of_layers_are_loaded_when_asked_for() -> None:
    before, count = run(
        "import sys, chainrule\n"
        "print('chainrule.operations.convolution' in sys.modules)\n"
        "print(len(chainrule.operations.OPERATIONS))\n"
    ).split()
    assert before == "False"
    assert int(count) > 100
