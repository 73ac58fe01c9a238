"""How wide a text is, without loading a font: the advance widths of DejaVu Sans as a small table.

Which font a reader's generic sans-serif stands for is unknown. DejaVu Sans is among the widest (it
shares its proportions with Verdana), and it is the one PNG pictures are set in, so a text that fits
by these widths fits in practice everywhere.
"""

import re
import unicodedata
from typing import Literal, TypeAlias

Font: TypeAlias = Literal["sans", "bold", "mono"]

NOT_PRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Control characters and halves of characters: no XML may hold them, and no font has them."""
FIRST = 32  # the code of the first character of the tables, the space
# fmt: off
SANS = (
    318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337,
    636, 636, 636, 636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531,
    1000, 684, 686, 698, 770, 632, 575, 775, 752, 295, 295, 656, 557, 863, 748, 787,
    603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838, 500,
    500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612,
    635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838,
)
"""Thousandths of the font size, for the printable characters of ASCII."""
BOLD = (
    348, 456, 521, 838, 696, 1002, 872, 306, 457, 457, 523, 838, 380, 415, 380, 365,
    696, 696, 696, 696, 696, 696, 696, 696, 696, 696, 400, 400, 838, 838, 838, 580,
    1000, 774, 762, 734, 830, 683, 683, 821, 837, 372, 372, 775, 637, 995, 837, 850,
    733, 850, 770, 720, 682, 812, 774, 1103, 771, 724, 725, 457, 365, 457, 838, 500,
    500, 675, 716, 593, 716, 678, 435, 716, 712, 343, 343, 665, 343, 1042, 712, 687,
    716, 716, 493, 595, 478, 712, 652, 924, 645, 652, 582, 712, 365, 712, 838,
)
# fmt: on
SIGNS = {"·": 380, "×": 838, "−": 838, "→": 838, "…": 1000, "∂": 544, "±": 838, "≈": 838}
"""The signs our own labels use beside ASCII, at the wider of both weights."""
MONO = 602
OTHER = 1000
WIDE = 1300  # Chinese, Japanese, Korean and emoji


def text_width(text: str, size: float, font: Font = "sans") -> float:
    """Return the width of one line of text, in the unit of the font size.

    Args:
        text: Without line breaks.
        size: Font size.
        font: Sans-serif, its bold weight, or monospaced.

    Numerics: exact for ASCII in DejaVu fonts; at least the real width for most other characters.

    >>> round(text_width("ReLU()", 10), 2)
    33.79
    """
    return sum(character_width(character, font) for character in text) * size / 1000


def character_width(character: str, font: Font) -> int:
    """Return the advance width of one character, in thousandths of the font size."""
    position = ord(character) - FIRST
    if 0 <= position < len(SANS):
        return MONO if font == "mono" else (SANS if font == "sans" else BOLD)[position]
    if unicodedata.combining(character):
        return 0
    if unicodedata.east_asian_width(character) in "WF":
        return WIDE
    return MONO if font == "mono" else SIGNS.get(character, OTHER)


def printable(text: str) -> str:
    r"""Return a text on one line, with a sign in place of what cannot be shown or stored.

    >>> printable("a\nb\x00")
    'a b�'
    """
    return NOT_PRINTABLE.sub("\ufffd", text.replace("\n", " "))


def shortened(text: str, length: int) -> str:
    """Return a text of at most so many characters, cut in the middle where it was longer.

    >>> shortened("layers.0.projection", 12)
    'layers…ction'
    """
    if len(text) <= length:
        return text
    tail = (length - 1) // 2
    return f"{text[: length - 1 - tail]}…{text[len(text) - tail :]}"
