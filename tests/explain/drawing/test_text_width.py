"""Text widths: the table is that of the real font."""

import pytest
from matplotlib.font_manager import FontProperties, findfont
from matplotlib.ft2font import FT2Font, LoadFlags

from chainrule.explain.drawing.text_width import SIGNS, character_width, shortened, text_width

FONTS = {
    "sans": FontProperties(family="DejaVu Sans"),
    "bold": FontProperties(family="DejaVu Sans", weight="bold"),
    "mono": FontProperties(family="DejaVu Sans Mono"),
}


@pytest.mark.parametrize("font", FONTS)
def test_widths_are_those_of_the_font(font: str) -> None:
    face = FT2Font(findfont(FONTS[font]))
    face.set_size(72, 72)
    for code in range(32, 127):
        advance = face.load_char(code, flags=LoadFlags.NO_SCALE).linearHoriAdvance
        real = advance / 65536 / 72 * 1000
        assert character_width(chr(code), font) == pytest.approx(real, abs=0.6), chr(code)


@pytest.mark.parametrize("font", FONTS)
def test_signs_and_letters_of_other_scripts_are_not_wider_than_taken(font: str) -> None:
    face = FT2Font(findfont(FONTS[font]))
    face.set_size(72, 72)
    for character in [*SIGNS, *"äéßñøçŁσλжЯαΩ"]:
        advance = face.load_char(ord(character), flags=LoadFlags.NO_SCALE).linearHoriAdvance
        assert character_width(character, font) >= advance / 65536 / 72 * 1000 - 1, character


def test_width_grows_with_size_and_length() -> None:
    assert text_width("ab", 20) == 2 * text_width("ab", 10)
    assert text_width("abab", 10) == pytest.approx(2 * text_width("ab", 10))
    assert text_width("", 10) == 0


def test_chinese_is_wide_and_accents_are_nothing() -> None:
    assert text_width("权重", 10) > 2 * 10
    assert text_width("e\u0301", 10) == text_width("e", 10)


@pytest.mark.parametrize("length", range(3, 12))
def test_shortened_texts_keep_both_ends(length: int) -> None:
    text = shortened("abcdefghijkl", length)
    assert len(text) == length
    assert text[0] == "a"
    assert text[-1] == "l"
    assert shortened("abc", length) == "abc"
