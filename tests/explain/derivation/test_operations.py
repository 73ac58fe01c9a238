"""Every operation passes on what its derivatives say, whatever it is."""

import numpy as np
import pytest

import chainrule
from chainrule.autograd.graph import apply
from chainrule.autograd.tensor import Tensor
from chainrule.explain import explain
from conformance.operation_cases import Case, all_cases

CASES = [
    case
    for case in all_cases()
    if any(case.operation.has_derivative(p) for p in range(len(case.example.inputs)))
]


def tensors(case: Case) -> list[Tensor | None]:
    """The case's inputs; those that gradients flow to require them."""
    made = []
    for position, array in enumerate(case.inputs()):
        tensor = None if array is None else chainrule.from_numpy(np.array(array))
        if tensor is not None and tensor.array.dtype.kind == "f":
            tensor.requires_grad = case.operation.has_derivative(position)
        made.append(tensor)
    return made


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_terms_of_every_operation_add_up(case: Case) -> None:
    inputs = tensors(case)
    output = apply(case.operation, tuple(inputs), case.options)
    random = np.random.default_rng(case.number)
    loss = (output * chainrule.from_numpy(random.normal(size=output.shape))).sum()
    for tensor in inputs:
        if tensor is None or not tensor.requires_grad or not tensor.array.size:
            continue
        index = tuple(int(random.integers(length)) for length in tensor.shape)
        derivation = explain(loss, tensor, index, terms=2)
        assert derivation.worst_difference < 1e-10, str(derivation)
