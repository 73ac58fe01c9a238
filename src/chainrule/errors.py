"""Every error chainrule raises on purpose, as one small tree.

A message says what came, what was expected and what to do, in one or two sentences. Each class also
inherits the built-in exception a caller would expect, so ``except ValueError`` keeps working.
"""


class ChainruleError(Exception):
    """Base of all errors raised on purpose by chainrule."""


class InvalidArgument(ChainruleError, ValueError):
    """An argument has a value that cannot be used."""


class InvalidShape(InvalidArgument, RuntimeError):
    """An array has a shape that does not fit. PyTorch raises RuntimeError for it."""


class InvalidType(ChainruleError, TypeError):
    """An argument, or the numbers in an array, are of a kind that cannot be used."""


class InvalidIndex(ChainruleError, IndexError):
    """An index lies outside what it indexes."""


class GradientError(ChainruleError, RuntimeError):
    """A gradient cannot be computed as asked."""


class InPlaceError(GradientError):
    """A change in place would corrupt, or has corrupted, a gradient."""


class NotFinite(ChainruleError, ArithmeticError):
    """A loss or gradient stopped being finite."""


class StateMismatch(ChainruleError, RuntimeError):
    """Saved state does not fit the object it is loaded into."""


class CorruptFile(ChainruleError, ValueError):
    """A file's content is damaged, truncated or not what its name promises."""


class DataNotFound(ChainruleError, FileNotFoundError):
    """A file or data set is in none of the places looked in."""

    def __str__(self) -> str:
        # FileNotFoundError formats (errno, text) pairs; ours carries one sentence.
        return str(self.args[0]) if self.args else ""


class MissingPackage(ChainruleError, ImportError):
    """An optional package is needed and not installed."""


class ChainruleWarning(UserWarning):
    """Something legal that is most likely a mistake."""
