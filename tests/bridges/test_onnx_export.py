"""Networks as ONNX graphs: checked, for any batch, and equal when onnxruntime runs them."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest

import chainrule
from bridges.networks import Branching, Deep, Head, Residual
from chainrule import nn
from chainrule.bridges import to_onnx
from chainrule.bridges.onnx.refusal import NotExportable
from chainrule.errors import InvalidArgument, InvalidType
from conformance.test_modules import ACTIVATIONS, LAYERS, Case, make_inputs

TOLERANCE = 1e-5
BATCHES = (1, 7)


def run(model: onnx.ModelProto, array: np.ndarray, name: str = "input") -> np.ndarray:
    """What onnxruntime computes."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    [output] = session.run(None, {name: array})
    return output


def check(module: nn.Module, array: np.ndarray) -> onnx.ModelProto:
    """Export from these samples, and compare on batches of other sizes."""
    model = to_onnx(module, array)
    training = [m.training for m in module.modules()]
    module.eval()
    for size in BATCHES:
        batch = np.take(array, np.arange(size) % len(array), axis=0)
        expected = module(chainrule.from_numpy(batch)).detach().array
        output = run(model, batch)
        assert output.dtype == expected.dtype
        largest = np.abs(expected).max(initial=1.0)
        np.testing.assert_allclose(output, expected, rtol=TOLERANCE, atol=TOLERANCE * largest)
    for part, mode in zip(module.modules(), training, strict=True):
        part.training = mode
    return model


@pytest.mark.parametrize("case", [*LAYERS, *ACTIVATIONS], ids=str)
def test_every_module(case: Case) -> None:
    chainrule.manual_seed(0)
    module = getattr(nn, case.name)(*case.arguments, **case.options)
    array = make_inputs(case)[0]
    array = array.astype(np.float32) if array.dtype.kind == "f" else array
    if "BatchNorm" in case.name:
        module(chainrule.from_numpy(3 * array + 1))
    check(module, array)
    assert module.training


@pytest.mark.parametrize("kind", [Residual, Branching, Deep, Head])
def test_networks_of_ones_own(kind: type[nn.Module]) -> None:
    chainrule.manual_seed(0)
    check(kind(), np.random.default_rng(0).normal(size=(4, 6)).astype(np.float32))


class Formulas(nn.Module):
    """Tensor functions, one output column for each."""

    def __init__(self, functions: list[Any]) -> None:
        super().__init__()
        self.functions = functions

    def forward(self, x: chainrule.Tensor) -> chainrule.Tensor:
        columns = [function(x).reshape(len(x), -1) for function in self.functions]
        return chainrule.cat([column.to(x.dtype) for column in columns], dim=1)


FORMULAS: dict[str, list[Any]] = {
    "numbers": [
        lambda x: chainrule.exp(x) - chainrule.expm1(x) * chainrule.expm1(x / 1e4),
        lambda x: chainrule.log1p(x.abs() / 1e4) + chainrule.log1p(x.abs()),
        lambda x: chainrule.log2(x.abs() + 1) + chainrule.log10(x.abs() + 1),
        lambda x: chainrule.rsqrt(x.abs() + 1) + chainrule.sqrt(x.abs()) + x.square(),
        lambda x: chainrule.sin(x) + chainrule.cos(x) * chainrule.tan(x) + chainrule.atan(x),
        lambda x: chainrule.sinh(x) - chainrule.cosh(x) + chainrule.erf(x) + x.reciprocal(),
        lambda x: chainrule.round(x) + chainrule.floor(x) * chainrule.ceil(x) + chainrule.sign(x),
        lambda x: x // 0.3 + x % 0.3 + x**2 + 2**x,
        lambda x: chainrule.maximum(x, -x) + chainrule.minimum(x, x * x),
        lambda x: chainrule.lerp(x, -x, 0.3) + x.clamp(min=-0.5) + x.clamp(-1.0, 1.0),
        lambda x: chainrule.where(x > 0, x, 2 * x) + chainrule.where((x >= 1) | (x < -1), x, -x),
        lambda x: (x == x) & (x != 0) & ~(x <= -0.5),
        lambda x: chainrule.isfinite(x / (x > 0).to(x.dtype)),
        lambda x: chainrule.isnan(x) ^ chainrule.isinf(1 / x),
    ],
    "reductions": [
        lambda x: x.sum(dim=1),
        lambda x: x.mean(dim=(1, 2), keepdim=True),
        lambda x: x.prod(dim=2),
        lambda x: x.var(dim=1),
        lambda x: x.std(dim=2, correction=0),
        lambda x: x.logsumexp(dim=1),
        lambda x: x.norm(dim=2) + x.norm(p=1, dim=2) + x.norm(p=3, dim=2),
        lambda x: x.amax(dim=1) - x.amin(dim=1),
        lambda x: x.argmax(dim=2) + x.argmin(dim=2, keepdim=False),
        lambda x: (x > 0).all(dim=1) | (x > 1).any(dim=1),
        lambda x: x.cumsum(dim=1),
    ],
    "shapes": [
        lambda x: x.transpose(1, 2).reshape(len(x), -1),
        lambda x: x.permute(0, 2, 1).flip(1),
        lambda x: x[:, 0],
        lambda x: x[:, 1:, ::2],
        lambda x: x[..., -1],
        lambda x: x[:, None, :, 1:2],
        lambda x: x[:, [2, 0, 1]],
        lambda x: x[:, 1:].flatten(1).unsqueeze(2).squeeze(2),
        lambda x: chainrule.stack([x, -x], dim=1),
        lambda x: x.mean(dim=2, keepdim=True).expand(len(x), 3, 5),
        lambda x: nn.functional.pad(x, (1, 2))[:, :, :4],
        lambda x: nn.functional.pad(x, (1, 1), mode="reflect"),
        lambda x: nn.functional.pad(x, (2, 0), mode="replicate"),
        lambda x: chainrule.gather(x, 1, (x > 0).long()[:, :2]),
        lambda x: x @ x.transpose(1, 2),
    ],
}


@pytest.mark.parametrize("name", FORMULAS)
def test_functions_of_tensors(name: str) -> None:
    array = np.random.default_rng(0).normal(size=(5, 3, 4)).astype(np.float32)
    for position in range(len(FORMULAS[name])):
        check(Formulas(FORMULAS[name][position : position + 1]), array)
    check(Formulas(FORMULAS[name]), array)


def test_names_weights_and_the_batch_axis(tmp_path: Path) -> None:
    module = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))
    model = to_onnx(
        module,
        chainrule.zeros(2, 3),
        tmp_path / "net.onnx",
        input_name="pixels",
        output_name="scores",
    )
    assert {tensor.name for tensor in model.graph.initializer} == {*module.state_dict()}
    assert model.graph.input[0].name == "pixels"
    assert model.graph.output[0].name == "scores"
    assert model.graph.input[0].type.tensor_type.shape.dim[0].dim_param == "batch"
    written = onnx.load(tmp_path / "net.onnx")
    assert written == model
    x = np.ones((5, 3), np.float32)
    np.testing.assert_allclose(
        run(written, x, "pixels"), module(chainrule.from_numpy(x)).detach().array, rtol=1e-6
    )


def test_double_precision() -> None:
    module = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.BatchNorm1d(4), nn.Linear(4, 2)).double()
    check(module, np.random.default_rng(0).normal(size=(4, 3)))


def test_dropout_is_left_out_and_modes_stay() -> None:
    module = nn.Sequential(nn.Linear(3, 4), nn.Dropout(0.5)).train()
    module[0].eval()
    model = to_onnx(module, chainrule.zeros(2, 3))
    assert "Dropout" not in {node.op_type for node in model.graph.node}
    assert module.training
    assert module[1].training
    assert not module[0].training


class Median(nn.Module):
    """Uses what ONNX does not have."""

    def forward(self, x: chainrule.Tensor) -> chainrule.Tensor:
        return x - x.median()


class Deciding(nn.Module):
    """Looks at numbers."""

    def forward(self, x: chainrule.Tensor) -> chainrule.Tensor:
        return x if x.sum().item() > 0 else -x


def test_what_cannot_be_exported_is_named() -> None:
    with pytest.raises(NotExportable, match=r"1 uses median, which has no counterpart"):
        to_onnx(nn.Sequential(nn.Linear(3, 3), Median()), chainrule.zeros(2, 3))
    with pytest.raises(NotExportable, match=r"Deciding takes numbers out of a tensor with item"):
        to_onnx(Deciding(), chainrule.zeros(2, 3))
    with pytest.raises(InvalidArgument, match="got no samples"):
        to_onnx(nn.Linear(3, 3), chainrule.zeros(0, 3))
    with pytest.raises(InvalidType, match="module of chainrule, got int"):
        to_onnx(3, chainrule.zeros(2, 3))
