"""Converting the numbers of a module to another kind of floating point."""

from typing import Self

import numpy as np

from chainrule.array_types import Dtype
from chainrule.autograd.core import TensorCore
from chainrule.device import Device, check_device
from chainrule.errors import InvalidType
from chainrule.nn.module_tree import ModuleTree


class ModuleConversion(ModuleTree):
    """The methods that change the dtype of a module; its device there is only one of."""

    def to(
        self,
        *args: "Dtype | type | Device | str | TensorCore | None",
        device: Device | str | None = None,
        dtype: Dtype | type | None = None,
        non_blocking: bool = False,
    ) -> Self:
        """Convert all floating-point parameters and buffers, in place, and return the module.

        Args:
            args: A floating-point dtype, a device, a tensor to take both from, or a device and a
                dtype.
            device: "cpu" or None.
            dtype: A floating-point dtype, or None to change nothing.
            non_blocking: Accepted for PyTorch's sake; without effect on a CPU.

        Raises:
            InvalidArgument: if the device is another than the CPU.
            InvalidType: if the dtype is not of floating point.
        """
        for argument in (*args, device, dtype):
            if isinstance(argument, TensorCore):
                self._convert(argument.dtype)
            elif isinstance(argument, (str, Device)):
                check_device(argument)
            elif argument is not None:
                self._convert(np.dtype(argument))
        return self

    def float(self) -> Self:
        """Convert to float32."""
        return self._convert(np.dtype(np.float32))

    def double(self) -> Self:
        """Convert to float64."""
        return self._convert(np.dtype(np.float64))

    def half(self) -> Self:
        """Convert to float16: half the memory, but slow to compute with."""
        return self._convert(np.dtype(np.float16))

    def cpu(self) -> Self:
        """Return the module itself: it is on the CPU."""
        return self

    def cuda(self, device: "int | Device | None" = None) -> Self:
        """Refuse: there is no GPU here.

        Raises:
            InvalidArgument: always, saying how a network gets onto a GPU.
        """
        del device
        return self.to("cuda")

    def _convert(self, dtype: Dtype) -> Self:
        if dtype.kind != "f":
            raise InvalidType(
                f"A module can only be converted to floating-point numbers, got {dtype}: pass "
                "chainrule.float32 or chainrule.float64."
            )
        for module in self.modules():
            for tensor in (*module._parameters.values(), *module._buffers.values()):
                if tensor is not None and tensor.array.dtype.kind == "f":
                    tensor.array = tensor.array.astype(dtype, copy=False)
                    if tensor.grad is not None:
                        tensor.grad.array = tensor.grad.array.astype(dtype, copy=False)
        return self
