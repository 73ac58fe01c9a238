"""Where tensors live. There is one place: the memory of this computer."""

from dataclasses import dataclass

from chainrule.errors import InvalidArgument


@dataclass(frozen=True)
class Device:
    """A place where tensors live, by its kind.

    >>> Device("cpu")
    device(type='cpu')
    """

    type: str = "cpu"

    def __post_init__(self) -> None:
        if self.type != "cpu":
            raise InvalidArgument(
                f"There is no device {self.type!r}: tensors live on the CPU here, pass 'cpu'. A "
                "network runs on a GPU after it is handed to PyTorch."
            )

    def __str__(self) -> str:
        return self.type

    def __repr__(self) -> str:
        return f"device(type={self.type!r})"


CPU = Device()


def check_device(device: "Device | str | None") -> Device:
    """Return the device meant.

    Raises:
        InvalidArgument: if it is not the CPU.
    """
    if device is None or isinstance(device, Device):
        return CPU
    return Device(device)
