"""Rounds of equal layers, against a search that tries everything."""

import pytest

from chainrule.explain.drawing.folding import Repeat, find_repeats


def rounds(text: str, learned: str = "") -> list[tuple[str, int]]:
    """The rounds found in a row of layers, each a letter."""
    found = find_repeats(list(text), [letter in learned for letter in text])
    for repeat in found:
        one = text[repeat.start : repeat.start + repeat.period]
        end = repeat.start + repeat.period * repeat.rounds
        assert text[repeat.start : end] == one * repeat.rounds
    return [(text[r.start : r.start + r.period], r.rounds) for r in found]


@pytest.mark.parametrize(
    ("text", "learned", "expected"),
    [
        ("", "", []),
        ("abcabc", "", []),
        ("aaa", "", [("a", 3)]),
        ("xabababy", "", [("ab", 3)]),
        ("ababababab", "", [("ab", 5)]),
        ("abcabcabcxyxyxy", "", [("abc", 3), ("xy", 3)]),
        ("frlrlrlrl", "l", [("rl", 4)]),
        ("frlrlrlrlr", "l", [("lr", 4)]),
        ("aaabaaabaaab", "", [("aaab", 3)]),
    ],
)
def test_rounds_are_found_and_begin_at_learned_layers(
    text: str, learned: str, expected: list[tuple[str, int]]
) -> None:
    assert rounds(text, learned) == expected


def test_rounds_do_not_overlap() -> None:
    found = find_repeats(list("abababcbcbcb"), [False] * 12)
    ends = [repeat.start + repeat.period * repeat.rounds for repeat in found]
    assert all(end <= other.start for end, other in zip(ends, found[1:], strict=False))
    assert found[0] == Repeat(0, 2, 3)
