"""How numbers are written in a derivation."""


def numeral(number: float) -> str:
    """Return a number with six significant digits; zero without a sign.

    >>> numeral(0.25), numeral(1.0), numeral(-1 / 3), numeral(-0.0)
    ('0.25', '1', '-0.333333', '0')
    """
    return f"{number + 0.0:.6g}"
