"""Exercises: their answers are right, right answers are marked so, and wrong ones explained."""

import json
import math
import re
from itertools import islice, pairwise

import numpy as np
import pytest
from typer.testing import CliRunner

from chainrule.cli.main import make_app
from chainrule.errors import InvalidArgument
from chainrule.quiz import TOPICS, Exercise, exercises

NUMBER = r"(-?\d+(?:\.\d+)?)"
FUNCTIONS = {
    "sigmoid": lambda z: 1 / (1 + math.exp(-z)),
    "tanh": math.tanh,
    "relu": lambda z: max(z, 0.0),
    "leaky_relu": lambda z: z if z > 0 else 0.01 * z,
}


def of_kind(kind: str, count: int = 20) -> list[Exercise]:
    """Exercises of one kind, with numbers of many seeds."""
    found = (e for seed in range(count) for e in islice(exercises(seed=seed), len(TOPICS)))
    return [exercise for exercise in found if exercise.kind == kind]


def numbers(text: str) -> list[float]:
    return [float(number) for number in re.findall(NUMBER, text)]


def test_the_output_of_a_neuron() -> None:
    for exercise in of_kind("one neuron"):
        w1, w2, bias, x1, x2, *_ = numbers(exercise.text)
        name = re.search(r"activation (\w+)", exercise.text)[1]  # type: ignore[index]
        assert exercise.answer == pytest.approx(FUNCTIONS[name](w1 * x1 + w2 * x2 + bias))


def test_softmax() -> None:
    for exercise in of_kind("softmax"):
        *logits, place, _ = numbers(exercise.text)
        powers = np.exp(logits)
        assert exercise.answer == pytest.approx(powers[int(place) - 1] / powers.sum())


def test_derivatives_of_activations() -> None:
    for exercise in of_kind("derivative"):
        name, place = re.search(rf"of (\w+) at z = {NUMBER}", exercise.text).groups()  # type: ignore[union-attr]
        z, step = float(place), 1e-6
        slope = (FUNCTIONS[name](z + step) - FUNCTIONS[name](z - step)) / (2 * step)
        assert exercise.answer == pytest.approx(slope, abs=1e-6)


def test_counting_parameters() -> None:
    for exercise in of_kind("counting parameters"):
        sizes = [int(n) for n in re.search(r"(\d+(?:-\d+)+)", exercise.text)[1].split("-")]  # type: ignore[index]
        counted = sum((a + 1) * b for a, b in pairwise(sizes))
        assert exercise.answer == counted


def test_shapes_of_convolutions() -> None:
    for exercise in of_kind("shapes"):
        text = exercise.text.removeprefix("Conv2d")
        _, kernels, kernel, stride, padding, _, size, _ = (int(n) for n in numbers(text))
        places = (size + 2 * padding - kernel) // stride + 1
        assert exercise.answer == kernels * places**2


def test_the_chain_rule() -> None:
    for exercise in of_kind("chain rule"):
        w, b, x, target = numbers(exercise.text.replace("(y - ", "("))[:4]
        y = FUNCTIONS["sigmoid"](w * x + b)
        assert exercise.answer == pytest.approx(2 * (y - target) * y * (1 - y) * x)


def hidden_step(exercise: Exercise) -> tuple[float, float, float, float, float, float]:
    """Weight before, error, weight behind, activation and input of a step's exercise."""
    read = json.JSONDecoder().raw_decode
    places = [found.end() for found in re.finditer(r"(?:W1|b1|W2|b2|x) = (?=\[)", exercise.text)]
    first, bias, second, last, x = (np.array(read(exercise.text, place)[0]) for place in places)
    target = float(re.search(rf"target is {NUMBER}", exercise.text)[1])  # type: ignore[index]
    column, row = (int(n) - 1 for n in re.findall(r"(?:input|unit) (\d)", exercise.text))
    h = 1 / (1 + np.exp(-(first @ x + bias)))
    error = 2 * (second @ h + last - target)[0]
    return first[row, column], error, second[0, row], h[row], x[column], 0.5


def test_one_step_of_gradient_descent() -> None:
    for exercise in of_kind("one step", 10):
        before, error, behind, h, x, rate = hidden_step(exercise)
        expected = before - rate * error * behind * h * (1 - h) * x
        assert exercise.answer == pytest.approx(expected)


def test_a_forgotten_derivative_is_recognised() -> None:
    named = 0
    for exercise in of_kind("one step", 10):
        before, error, behind, _, x, rate = hidden_step(exercise)
        mark = exercise.mark(f"{before - rate * error * behind * x:.8f}")
        assert not mark.is_right
        named += "derivative" in mark.comment
    assert named >= 9  # in another case two mistakes may give the same number


def test_a_wrong_sign_is_recognised() -> None:
    exercise = of_kind("chain rule", 1)[0]
    mark = exercise.mark(f"{-exercise.answer:.8f}")
    assert not mark.is_right
    assert "sign" in mark.comment or "minus" in mark.comment


@pytest.mark.parametrize("decimals", [4, 6, 10])
def test_right_answers_are_right_rounded_or_cut_off(decimals: int) -> None:
    for exercise in islice(exercises(seed=3), 14):
        if exercise.is_whole:
            assert exercise.mark(str(int(exercise.answer))).is_right
            assert not exercise.mark(str(int(exercise.answer) + 1)).is_right
            continue
        unit = 10**-decimals
        assert exercise.mark(f"{exercise.answer:.{decimals}f}").is_right
        assert exercise.mark(f"{math.floor(exercise.answer / unit) * unit:.{decimals}f}").is_right
        assert not exercise.mark(f"{exercise.answer + 3 * unit:.{decimals}f}").is_right


def test_too_few_decimals_are_asked_for_again() -> None:
    exercise = of_kind("softmax", 1)[0]
    mark = exercise.mark(f"{exercise.answer:.2f}")
    assert not mark.is_right
    assert "give 4 decimals" in mark.comment


@pytest.mark.parametrize("given", ["", "abc", "nan", "inf", "1e999", "--3"])
def test_anything_can_be_typed(given: str) -> None:
    for exercise in islice(exercises(seed=1), len(TOPICS)):
        mark = exercise.mark(given)
        assert not mark.is_right
        assert mark.comment


def test_exercises_follow_the_seed_and_the_section() -> None:
    first, again, other = (
        [e.text for e in islice(exercises("9.4", seed), 6)] for seed in (1, 1, 2)
    )
    assert first == again
    assert first != other
    assert {e.section for e in islice(exercises("9.4"), 6)} == {"9.4"}
    with pytest.raises(InvalidArgument, match=r"no exercises of section 9\.9: choose of 9\.1"):
        exercises("9.9")


def test_the_command_asks_marks_and_counts() -> None:
    app = make_app(["quiz"])
    asked = CliRunner().invoke(app, ["quiz", "9.3", "--count", "2", "--solutions", "--json"])
    told = json.loads(asked.stdout.splitlines()[-1])
    right = str(told["exercises"][0]["answer"])
    done = CliRunner().invoke(
        make_app(["quiz"]), ["quiz", "9.3", "--count", "2", "--json"], input=f"{right}\n7\n"
    )
    assert done.exit_code == 0
    result = json.loads(done.stdout.splitlines()[-1])
    assert (result["right"], result["asked"]) == (1, 2)
    assert "1 of 2 right" in done.stdout
