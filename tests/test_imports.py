"""What ``import chainrule`` may cost: nothing heavy is loaded, and little time is taken."""

import subprocess
import sys

import pytest

HEAVY = ["scipy", "numba", "sklearn", "matplotlib", "pooch", "torch", "PIL", "typer", "rich",
         "safetensors", "pandas", "onnx"]  # fmt: skip
LIMIT = 2.0  # times the processor time of `import numpy`
RUNS = 5

TIMED = """
import time
start = time.process_time()
import {package}
print(time.process_time() - start)
"""


def run(program: str) -> str:
    """What a program prints in a fresh process."""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
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


@pytest.mark.parametrize("room", ["data", "training", "estimators", "storage"])
def test_rooms_a_script_may_not_need_are_loaded_when_named(room: str) -> None:
    lines = run(
        "import sys, chainrule\n"
        f"print('chainrule.{room}' in sys.modules)\n"
        f"print(chainrule.{room}.__name__)\n"
    ).split()
    assert lines[1] == f"chainrule.{room}"
    if room != "data":  # utils.data, PyTorch's place for loaders, reads some of it
        assert lines[0] == "False"
