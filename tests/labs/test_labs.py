"""Every lab: it runs, it judges what it says it covers, and each verdict can come out otherwise."""

import re
from pathlib import Path

import pytest
from PIL import Image

from chainrule.errors import InvalidArgument
from chainrule.labs import LABS, SECTIONS, Lab, Outcome, find_lab
from chainrule.labs.chapter import CLAIMS, SYSTEMS
from chainrule.labs.picture import draw

CASES = [(lab, covered) for lab in LABS for covered in lab.covers]


@pytest.fixture(params=LABS, ids=lambda lab: lab.name)
def lab(request: pytest.FixtureRequest) -> Lab:
    chosen: Lab = request.param
    return chosen


def test_every_lab_has_a_question_a_section_and_what_it_covers(lab: Lab) -> None:
    assert lab.question.endswith("?")
    assert lab.section in SECTIONS
    assert lab.covers
    assert {*lab.covers} <= {*SYSTEMS, *CLAIMS}
    assert re.fullmatch(r"[a-z0-9-]+", lab.name)
    assert all(parameter.meaning for parameter in lab.parameters)


def test_names_are_different_and_nothing_is_covered_twice() -> None:
    names = [lab.name for lab in LABS]
    covered = [which for lab in LABS for which in lab.covers]
    assert len({*names}) == len(names)
    assert len({*covered}) == len(covered)


@pytest.mark.slow
def test_every_lab_judges_what_it_covers_and_draws_a_picture(lab: Lab, tmp_path: Path) -> None:
    result = lab.measure()
    assert {*result.verdicts} == {*lab.covers}
    assert all(said.reason for said in result.verdicts.values())
    assert result.panels, "a lab has a picture"
    for name, is_dark in (("light.png", False), ("dark.png", True)):
        draw(lab.question, result.panels, tmp_path / name, is_dark)
        with Image.open(tmp_path / name) as picture:
            assert len(picture.convert("RGB").getcolors(1 << 24) or []) > 10


@pytest.mark.slow
@pytest.mark.parametrize(("lab", "covered"), CASES, ids=[covered for _, covered in CASES])
def test_a_rigged_case_flips_the_verdict(lab: Lab, covered: str) -> None:
    assert covered in lab.rigged, f"{lab.name} says nothing under which {covered} would differ"
    as_usual = lab.measure().verdicts[covered]
    rigged = lab.measure(lab.rigged[covered]).verdicts[covered]
    assert rigged.outcome is not as_usual.outcome, (str(as_usual), str(rigged))
    assert {as_usual.outcome, rigged.outcome} <= {*Outcome}


@pytest.mark.slow
def test_the_same_seed_gives_the_same_numbers(lab: Lab) -> None:
    timed = ("second", "time", "speed", "faster")
    one, other = (lab.measure(seed=1).numbers for _ in range(2))
    assert one.keys() == other.keys()
    for name, value in one.items():
        if not any(word in name for word in timed):
            assert value == other[name], name


def test_labs_are_found_by_name_and_by_what_they_cover() -> None:
    assert find_lab("threshold-neuron") is find_lab("s01")
    with pytest.raises(InvalidArgument, match="no lab 'alchemy'"):
        find_lab("alchemy")
