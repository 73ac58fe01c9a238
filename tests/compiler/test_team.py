"""The threads of programs: several programs at once, forked processes, and rest."""

import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

import chainrule
from chainrule import nn
from chainrule.compiler import Program
from chainrule.compiler.team import WORTH_A_TEAM, processors, run_team, team_size
from chainrule.errors import InvalidArgument
from chainrule.nn.feedforward import feedforward
from chainrule.optim import Adam
from compiler.networks import data


def program(threads: int | None) -> tuple[nn.Module, Program]:
    chainrule.manual_seed(0)
    model = feedforward([20, 64, 32, 5]).double()
    inputs, targets = data((20,), 5)
    made = Program(
        model, nn.CrossEntropyLoss(), Adam(model.parameters()), inputs, targets, threads=threads
    )
    return model, made


def train(made: Program) -> None:
    inputs, targets = data((20,), 5)
    for _ in range(30):
        made.epoch(inputs, targets, np.arange(50), 8)


def bits(model: nn.Module) -> list[bytes]:
    return [parameter.array.tobytes() for parameter in model.parameters()]


@pytest.mark.parametrize("threads", [2, 3])
def test_programs_in_several_threads_do_not_wait_for_each_other_forever(threads: int) -> None:
    expected, alone = program(threads)
    train(alone)
    made = [program(threads) for _ in range(3)]
    callers = [threading.Thread(target=train, args=(one,), daemon=True) for _, one in made]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join(timeout=60)
        assert not caller.is_alive()
    assert all(bits(model) == bits(expected) for model, _ in made)


FORK = """
import multiprocessing, sys
sys.path.insert(0, sys.argv[1])
from compiler.test_team import program, train

def train_in_child():
    train(program(2)[1])

train(program(2)[1])
child = multiprocessing.get_context("fork").Process(target=train_in_child)
child.start()
child.join(timeout=60)
sys.exit(0 if child.exitcode == 0 else 1)
"""


def test_a_forked_process_has_threads_of_its_own() -> None:
    """In a process of its own: other libraries' threads must not be there when it forks."""
    tests = Path(__file__).parents[1]
    run = subprocess.run([sys.executable, "-c", FORK, str(tests)], timeout=120)
    assert run.returncode == 0


def test_threads_rest_while_nothing_runs() -> None:
    train(program(2)[1])
    before = time.process_time()
    time.sleep(0.3)
    assert time.process_time() - before < 0.1


def test_small_steps_are_left_to_one_thread() -> None:
    assert team_size(None, WORTH_A_TEAM - 1) == 1
    assert team_size(None, WORTH_A_TEAM) == processors()
    assert team_size(3, 1) == 3
    with pytest.raises(InvalidArgument, match="threads=0"):
        program(0)


def test_an_error_in_one_thread_is_not_lost() -> None:
    def fail(thread: int) -> None:
        if thread == 1:
            raise ValueError("lost")

    with pytest.raises(ValueError, match="lost"):
        run_team(fail, 2)
