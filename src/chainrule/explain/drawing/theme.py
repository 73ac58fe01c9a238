"""The colours of a picture, on light and on dark ground."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Role: TypeAlias = Literal[
    "input", "parameter", "constant", "operation", "module", "learned", "output", "loss"
]
"""What a box stands for. A module that has parameters is ``learned``."""


READABLE = 4.5
"""Least contrast under text by the Web Content Accessibility Guidelines 2.1."""


@dataclass(frozen=True)
class Tint:
    """The colours of one kind of box."""

    fill: str
    stroke: str


@dataclass(frozen=True)
class Theme:
    """The colours of a picture, as hexadecimal RGB.

    Attributes:
        background: Behind everything.
        text: Titles and values.
        muted: Details and captions.
        gradient: Text of gradients.
        edge: Lines between boxes.
        positive, negative: Weights and activations by sign: blue and orange, which people with
            colour-blind eyes tell apart.
        tints: Of the boxes, by role.
    """

    background: str
    text: str
    muted: str
    gradient: str
    edge: str
    positive: str
    negative: str
    tints: dict[Role, Tint]


LIGHT = Theme(
    background="#ffffff",
    text="#1b1f24",
    muted="#525a63",
    gradient="#a83c00",
    edge="#6e7781",
    positive="#0072b2",
    negative="#d55e00",
    tints={
        "input": Tint("#e5f5ee", "#009e73"),
        "parameter": Tint("#fdf4dc", "#d99a00"),
        "constant": Tint("#ffffff", "#8b949e"),
        "operation": Tint("#f3f5f7", "#8b949e"),
        "module": Tint("#f3f5f7", "#8b949e"),
        "learned": Tint("#e4f0f9", "#0072b2"),
        "output": Tint("#f8ecf3", "#b8628f"),
        "loss": Tint("#fcebe2", "#d55e00"),
    },
)

DARK = Theme(
    background="#12161b",
    text="#eef1f4",
    muted="#aab4be",
    gradient="#ffab73",
    edge="#8b97a3",
    positive="#56b4e9",
    negative="#f08a3c",
    tints={
        "input": Tint("#12352b", "#2fc79b"),
        "parameter": Tint("#3a2f0f", "#e6b422"),
        "constant": Tint("#1b2027", "#7d8894"),
        "operation": Tint("#232a32", "#7d8894"),
        "module": Tint("#232a32", "#7d8894"),
        "learned": Tint("#14304a", "#56b4e9"),
        "output": Tint("#3a2133", "#d98fb9"),
        "loss": Tint("#43230f", "#f08a3c"),
    },
)


def theme(dark: bool) -> Theme:
    """Return the colours for dark or light ground."""
    return DARK if dark else LIGHT


def blend(start: str, end: str, share: float) -> str:
    """Return the colour a share of the way from one to another.

    >>> blend("#000000", "#ffffff", 0.5)
    '#808080'
    """
    mixed = [
        round(low + share * (high - low))
        for low, high in zip(channels(start), channels(end), strict=True)
    ]
    return "#" + "".join(f"{channel:02x}" for channel in mixed)


def contrast(first: str, second: str) -> float:
    """Return how well two colours are told apart, from 1 (not at all) to 21 (black on white).

    Source: Web Content Accessibility Guidelines 2.1.

    >>> contrast("#000000", "#ffffff")
    21.0
    """
    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def ink_on(fill: str, usual: str) -> str:
    """Return a colour of text that can be read on a fill: the usual one, or else black or white.

    >>> ink_on("#ffffff", usual="#1b1f24"), ink_on("#101010", usual="#1b1f24")
    ('#1b1f24', '#ffffff')
    """
    if contrast(usual, fill) >= READABLE:
        return usual
    return max(("#000000", "#ffffff"), key=lambda ink: contrast(ink, fill))


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour, from 0 (black) to 1 (white)."""
    linear = [
        share / 12.92 if (share := channel / 255) <= 0.03928 else ((share + 0.055) / 1.055) ** 2.4
        for channel in channels(colour)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def channels(colour: str) -> tuple[int, int, int]:
    """Return red, green and blue from 0 to 255."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
