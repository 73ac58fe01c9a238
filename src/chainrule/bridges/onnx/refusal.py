"""What the bridge to ONNX cannot carry."""

from chainrule.errors import InvalidType


class NotExportable(InvalidType):
    """A network, or a graph, uses something that the other side does not have."""
