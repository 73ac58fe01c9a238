"""What the compiler says when it cannot compile something."""

from chainrule.errors import ChainruleError


class NotCompilable(ChainruleError, NotImplementedError):
    """The network does something that cannot be part of a compiled program.

    The message names the module and what it does; ``engine="auto"`` goes on with the eager engine.
    """
