"""Choosing an engine by name."""

import pytest

from chainrule.engines import ENGINES, find_engine
from chainrule.errors import InvalidArgument


def test_every_engine_is_found_by_its_name() -> None:
    assert [find_engine(engine.name) for engine in ENGINES] == list(ENGINES)


def test_auto_is_one_of_them() -> None:
    assert find_engine("auto") in ENGINES


@pytest.mark.parametrize("name", ["warp", "", "Eager", "eager "])
def test_an_unknown_engine_is_refused_with_those_there_are(name: str) -> None:
    with pytest.raises(InvalidArgument, match=f"no engine '{name}': choose one of auto, eager"):
        find_engine(name)
