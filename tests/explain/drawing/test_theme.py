"""Colours: all text can be read, and signs are told apart."""

import itertools

import pytest

from chainrule.explain.drawing.theme import (
    DARK,
    LIGHT,
    READABLE,
    Theme,
    blend,
    channels,
    contrast,
    ink_on,
)

VISIBLE = 3.0  # contrast of lines


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_text_is_readable_on_every_box(theme: Theme) -> None:
    for tint in theme.tints.values():
        for ink in (theme.text, theme.muted, theme.gradient):
            assert contrast(ink, tint.fill) >= READABLE


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_lines_and_numbers_show_on_the_background(theme: Theme) -> None:
    for ink in (theme.positive, theme.gradient, theme.muted, theme.text):
        assert contrast(ink, theme.background) >= READABLE
    for ink in (theme.negative, theme.edge):
        assert contrast(ink, theme.background) >= VISIBLE


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_numbers_are_readable_on_filled_neurons(theme: Theme) -> None:
    for end, step in itertools.product((theme.positive, theme.negative), range(14)):
        fill = blend(theme.background, end, 0.05 * step)
        assert contrast(ink_on(fill, theme.text), fill) >= READABLE


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_signs_differ_in_the_amount_of_blue(theme: Theme) -> None:
    # People who confuse red and green still see blue.
    assert abs(channels(theme.positive)[2] - channels(theme.negative)[2]) > 80


def test_blends_begin_and_end_at_their_colours() -> None:
    assert blend("#123456", "#abcdef", 0) == "#123456"
    assert blend("#123456", "#abcdef", 1) == "#abcdef"


def test_contrast_is_that_of_the_guidelines() -> None:
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#ffffff", "#ffffff") == 1
