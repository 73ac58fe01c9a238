"""Networks from ONNX graphs: there and back, and the ONNX project's own tests of operations."""

import collections
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper
from onnx.backend.test.loader import load_model_tests

import chainrule
from chainrule import nn
from chainrule.autograd.graph import wrap
from chainrule.bridges import from_onnx, to_onnx
from chainrule.bridges.onnx.reader import OPERATIONS, OWN_DOMAINS
from chainrule.bridges.onnx.refusal import NotExportable
from chainrule.errors import CorruptFile, InvalidArgument
from conformance.test_modules import ACTIVATIONS, LAYERS, Case, make_inputs


@pytest.mark.parametrize("case", [*LAYERS, *ACTIVATIONS], ids=str)
def test_there_and_back(case: Case) -> None:
    chainrule.manual_seed(0)
    module = getattr(nn, case.name)(*case.arguments, **case.options).eval()
    array = make_inputs(case)[0]
    array = array.astype(np.float32) if array.dtype.kind == "f" else array
    back = from_onnx(to_onnx(module, array))
    x = chainrule.from_numpy(array)
    expected = module(x).detach().array
    np.testing.assert_allclose(back(x).detach().array, expected, rtol=1e-5, atol=1e-6)
    trained = {path for path, _ in module.named_parameters()}
    assert {path for path, _ in back.named_parameters()} == trained


def test_what_is_no_model_or_has_unknown_operations_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file.onnx").write_bytes(b"\x08\xff\xff nonsense")
    with pytest.raises(CorruptFile, match="is not an ONNX file"):
        from_onnx(tmp_path / "file.onnx")
    (tmp_path / "file.onnx").write_bytes(b"")
    with pytest.raises(CorruptFile, match="not a valid ONNX model"):
        from_onnx(tmp_path / "file.onnx")
    tensor = helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [2])
    result = helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, [2])
    node = helper.make_node("Acos", ["x"], ["y"], name="angle")
    graph = helper.make_graph([node], "net", [tensor], [result])
    for opset, words in ((20, r"Node 'angle' is the operation Acos"), (11, "older than 13")):
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
        with pytest.raises(NotExportable, match=words):
            from_onnx(model)


def test_the_number_of_inputs_is_checked() -> None:
    back = from_onnx(to_onnx(nn.Linear(2, 2), chainrule.zeros(1, 2)))
    with pytest.raises(InvalidArgument, match=r"takes 1 inputs \(input\), got 2"):
        back(chainrule.zeros(1, 2), chainrule.zeros(1, 2))


def test_a_network_goes_on_learning() -> None:
    chainrule.manual_seed(0)
    module = nn.Sequential(
        nn.Conv2d(1, 3, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(27, 2)
    )
    x = np.random.default_rng(0).normal(size=(10, 1, 8, 8)).astype(np.float32)
    y = np.arange(10) % 2
    back = from_onnx(to_onnx(module, x))
    for model in (module, back):
        optimizer = chainrule.optim.Adam(model.parameters(), lr=0.01)
        for _ in range(20):
            optimizer.zero_grad()
            loss = nn.CrossEntropyLoss()(model(chainrule.from_numpy(x)), chainrule.from_numpy(y))
            loss.backward()
            optimizer.step()
    for path, parameter in module.named_parameters():
        np.testing.assert_allclose(
            back.get_parameter(path).array, parameter.array, rtol=1e-4, atol=1e-6
        )


def reason_not_applicable(case: Any) -> str:
    """Why a node test says nothing about us, or an empty text."""
    model = case.model
    for node in model.graph.node:
        if node.domain not in OWN_DOMAINS or node.op_type not in OPERATIONS:
            return "operation"
    if any(o.version < 13 for o in model.opset_import if o.domain in OWN_DOMAINS):
        return "opset"
    for info in (*model.graph.input, *model.graph.output):
        if info.type.WhichOneof("value") != "tensor_type":
            return "sequence or optional"
        try:
            dtype = np.dtype(helper.tensor_dtype_to_np_dtype(info.type.tensor_type.elem_type))
        except KeyError:
            return "dtype"
        if dtype.kind not in "fiub" or dtype.name not in KNOWN_DTYPES:
            return "dtype"
    return ""


KNOWN_DTYPES = {
    "float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "bool",
}  # fmt: skip
REFUSED = {
    # What is refused with a clear error, by what the error says.
    "the positions of the largest numbers": "positions of max pooling",
    "windows of 3 axes": "three-dimensional windows",
    "training_mode on": "random dropout",
}


def run_case(case: Any) -> None:
    """Run one of ONNX's tests and compare."""
    module = from_onnx(case.model)
    for inputs, outputs in sets_of(case):
        given = [None if a is None else wrap(np.array(a)) for a in inputs]
        result = module(*given)
        results = result if isinstance(result, tuple) else (result,)
        assert len(results) == len(outputs)
        for ours, theirs in zip(results, outputs, strict=True):
            array = ours.detach().array
            assert array.shape == theirs.shape
            assert array.dtype == theirs.dtype
            np.testing.assert_allclose(array, theirs, rtol=max(case.rtol, 1e-6), atol=case.atol)


def sets_of(case: Any) -> list[list[list[Any]]]:
    """The inputs and outputs that come with a test, as arrays; None for absent ones."""
    return [
        [
            [numpy_helper.to_array(a) if isinstance(a, onnx.TensorProto) else a for a in arrays]
            for arrays in data
        ]
        for data in case.data_sets
    ]


def test_the_onnx_projects_own_tests(capsys: pytest.CaptureFixture[str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the cases work out their numbers when they are loaded
        cases = load_model_tests(kind="node")
    counts: collections.Counter[str] = collections.Counter()
    failures: dict[str, str] = {}
    for case in cases:
        if reason := reason_not_applicable(case):
            counts[f"not applicable: {reason}"] += 1
            continue
        try:
            run_case(case)
            counts["passed"] += 1
        except NotExportable as error:
            known = next((why for text, why in REFUSED.items() if text in str(error)), None)
            if known is None:
                failures[case.name] = str(error)
            else:
                counts[f"not applicable: {known}"] += 1
        except Exception as error:  # all are reported together
            failures[case.name] = f"{type(error).__name__}: {error}"
    run = counts["passed"] + len(failures)
    with capsys.disabled():
        print(f"\nONNX node tests: {len(cases)} in all, {run} run, {counts['passed']} passed")
        for reason, count in sorted(counts.items()):
            if reason != "passed":
                print(f"  {reason}: {count}")
    assert counts["passed"] > 1000
    assert not failures, "\n".join(f"{name}: {text:.300}" for name, text in failures.items())
