"""The embedding layer: one learned vector per symbol."""

from typing import Self

from chainrule.array_types import Dtype
from chainrule.autograd.modes import no_grad
from chainrule.autograd.tensor import Tensor
from chainrule.device import Device
from chainrule.errors import InvalidArgument, InvalidShape
from chainrule.nn import functional_layers as functional
from chainrule.nn import init
from chainrule.nn.layer_arguments import empty_parameter, positive_integer
from chainrule.nn.module import Module
from chainrule.nn.parameter import Parameter


class Embedding(Module):
    """A table of learned vectors, looked up by number.

        y[..., :] = weight[x[...], :]

    Args:
        num_embeddings: Number of rows: symbols are numbered from 0 to num_embeddings - 1.
        embedding_dim: Length of each vector.
        padding_idx: Row that stands for "nothing here": zeros at first, and never trained. A
            negative one counts from the end.
        device: "cpu" or None.
        dtype: Of the table; the default dtype if None.

    Attributes:
        weight: (num_embeddings, embedding_dim), at first drawn from N(0, 1).

    Shape:
        input: (...), integers  ->  (..., embedding_dim).

    Raises: InvalidArgument if a size is not positive or there is no row padding_idx.
    Source: Bengio et al. 2003, A neural probabilistic language model.

    >>> Embedding(1000, 64)
    Embedding(1000, 64)
    """

    weight: Parameter

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None = None,
        device: Device | str | None = None,
        dtype: Dtype | type | None = None,
    ) -> None:
        super().__init__()
        self._set_sizes(num_embeddings, embedding_dim, padding_idx)
        self.weight = empty_parameter((self.num_embeddings, self.embedding_dim), device, dtype)
        self.reset_parameters()

    @classmethod
    def from_pretrained(
        cls, embeddings: Tensor, freeze: bool = True, padding_idx: int | None = None
    ) -> Self:
        """Return a layer around a table that exists.

        Args:
            embeddings: The table, (num_embeddings, embedding_dim); shared, not copied.
            freeze: Whether it stays as it is in training.
            padding_idx: As in the constructor; the row keeps its numbers.

        Raises:
            InvalidShape: if the table does not have two axes.

        >>> Embedding.from_pretrained(Tensor([[1.0, 2.0], [3.0, 4.0]])).weight.requires_grad
        False
        """
        if embeddings.ndim != 2:
            raise InvalidShape(
                f"Embedding.from_pretrained got a table of shape {embeddings.array.shape}: it must "
                "be (num_embeddings, embedding_dim)."
            )
        layer = cls.__new__(cls)
        Module.__init__(layer)
        layer._set_sizes(embeddings.shape[0], embeddings.shape[1], padding_idx)
        layer.weight = Parameter(embeddings.detach(), requires_grad=not freeze)
        return layer

    def _set_sizes(self, num_embeddings: int, embedding_dim: int, padding_idx: int | None) -> None:
        """Check the arguments and keep them."""
        self.num_embeddings = positive_integer("Embedding", "num_embeddings", num_embeddings)
        self.embedding_dim = positive_integer("Embedding", "embedding_dim", embedding_dim)
        if padding_idx is not None and not -num_embeddings <= padding_idx < num_embeddings:
            raise InvalidArgument(
                f"Embedding got padding_idx={padding_idx} and num_embeddings={num_embeddings}: "
                "there is no such row."
            )
        self.padding_idx = None if padding_idx is None else padding_idx % num_embeddings

    def reset_parameters(self) -> None:
        """Draw the vectors anew; that of ``padding_idx`` becomes zeros."""
        init.normal_(self.weight)
        if self.padding_idx is not None:
            with no_grad():
                self.weight.array[self.padding_idx] = 0
                self.weight.mark_changed("reset_parameters")

    def forward(self, input: Tensor) -> Tensor:
        """Return the rows of these numbers."""
        return functional.embedding(input, self.weight, self.padding_idx)

    def extra_repr(self) -> str:
        """Return the arguments for ``repr``."""
        padding = "" if self.padding_idx is None else f", padding_idx={self.padding_idx}"
        return f"{self.num_embeddings}, {self.embedding_dim}{padding}"
