"""What is asked, in words."""

import pytest

from chainrule.errors import InvalidArgument, InvalidIndex
from chainrule.explain.detective.question import Question, read_question

SHAPES = {"0.weight": (3, 2), "0.bias": (3,)}


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("loss", Question("loss")),
        ("output[0, 1]", Question("output", "", (0, 1))),
        ("gradient 0.weight[2,1]", Question("gradient", "0.weight", (2, 1))),
        (" weight 0.bias ", Question("weight", "0.bias")),
        ("weight weight", Question("weight", "weight")),
    ],
)
def test_questions_are_read(text: str, question: Question) -> None:
    assert read_question(text) == question
    assert read_question(str(question)) == question


@pytest.mark.parametrize("text", ["", "gradient", "loss 0.weight", "delta 0.weight", "weight a[x]"])
def test_what_is_no_question_is_refused(text: str) -> None:
    with pytest.raises(InvalidArgument, match="is not understood: write 'loss'"):
        read_question(text)


def test_an_unknown_parameter_is_refused() -> None:
    with pytest.raises(InvalidArgument, match=r"choose one of 0\.weight, 0\.bias"):
        read_question("weight 1.weight").check(SHAPES, (1, 3))


@pytest.mark.parametrize("text", ["weight 0.weight[3,0]", "weight 0.bias[0,0]", "loss[0]"])
def test_a_place_outside_is_refused(text: str) -> None:
    with pytest.raises(InvalidIndex, match="one number for each axis"):
        read_question(text).check(SHAPES, (1, 3))


def test_a_place_of_the_output_is_checked() -> None:
    read_question("output[0,2]").check(SHAPES, (1, 3))
    with pytest.raises(InvalidIndex, match=r"of shape \(1, 3\)"):
        read_question("output[1,0]").check(SHAPES, (1, 3))
