"""The structure the design promises: levels, no cycles, few heavy imports, files of one subject."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parent.parent / "src" / "chainrule"
GROUND = {"errors", "array_types", "randomness", "files", "device"}
LEVELS = {
    "ground": 0,
    "operations": 1,
    "autograd": 2,
    "nn": 3,
    "optim": 3,
    "data": 3,
    "storage": 4,
    "compiler": 4,
    "bridges": 5,
    "engines": 6,
    "training": 7,
    "estimators": 8,
    "explain": 8,
    "benchmarks": 9,
    "labs": 9,
    "quiz": 9,
    "cli": 10,
    # Facades: public names gathered from the rooms, imported by no room.
    "backends": 11,
    "cuda": 11,
    "utils": 11,
    "__main__": 11,
    "__init__": 12,
}
HEAVY = {
    "numba", "scipy", "sklearn", "matplotlib", "pooch", "PIL", "rich", "typer", "torch",
    "safetensors", "platformdirs", "threadpoolctl", "jax", "onnx", "onnxruntime",
}  # fmt: skip
MAY_LOAD = {
    "cli": {"typer", "rich"},  # they are the command line
    # Loaded only when there is something to compile.
    "chainrule.compiler.intrinsics": {"numba"},
    "chainrule.compiler.intrinsics.functions": {"numba"},
    "chainrule.compiler.intrinsics.functions.bits": {"numba"},
    "chainrule.compiler.intrinsics.products": {"numba"},
    "chainrule.compiler.intrinsics.threads": {"numba"},
    "chainrule.compiler.intrinsics.tiles": {"numba"},
    "chainrule.compiler.intrinsics.turning": {"numba"},
    "chainrule.compiler.intrinsics.vectors": {"numba"},
    "chainrule.compiler.intrinsics.views": {"numba"},
    "chainrule.compiler.machine": {"numba"},
    # Loaded only when a network is carried to ONNX or PyTorch, or from there.
    "chainrule.bridges.onnx.export": {"onnx"},
    "chainrule.bridges.onnx.import_shapes": {"onnx"},
    "chainrule.bridges.onnx.reader": {"onnx"},
    "chainrule.bridges.onnx.writer": {"onnx"},
    "chainrule.bridges.torch.files": {"torch"},
    "chainrule.bridges.torch.from_torch": {"torch"},
    "chainrule.bridges.torch.libraries": {"torch"},
    "chainrule.bridges.torch.to_torch": {"torch"},
    "chainrule.bridges.torch.values": {"torch"},
    # Loaded only when PyTorch is to take the steps.
    "chainrule.engines.torch.batches": {"torch"},
    "chainrule.engines.torch.devices": {"torch"},
    "chainrule.engines.torch.engine": {"torch"},
    "chainrule.engines.torch.network": {"torch"},
    "chainrule.engines.torch.not_finite": {"torch"},
    "chainrule.engines.torch.optimizers": {"torch"},
    "chainrule.engines.torch.processes": {"torch"},
    "chainrule.engines.torch.random_numbers": {"torch"},
    "chainrule.engines.torch.reduction": {"torch"},
    "chainrule.engines.torch.sharing": {"torch"},
    "chainrule.engines.torch.steps": {"torch"},
    # Classes that inherit from scikit-learn's, in a module that is itself loaded late.
    "chainrule.estimators.multilayer_perceptron.scikit_learn": {"sklearn"},
}
"""Room or module -> the heavy packages it may import when it is loaded."""

FILES = sorted(SOURCE.rglob("*.py"))
MAX_LINES = 500


def module_name(path: Path) -> str:
    """Dotted name of a source file."""
    parts = path.relative_to(SOURCE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room(name: str) -> str:
    """The room a module belongs to: the first part below the package."""
    parts = name.split(".")
    if len(parts) == 1:
        return "__init__"
    return "ground" if parts[1] in GROUND else parts[1]


def is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def imports(node: ast.AST, inside_function: bool = False) -> Iterator[tuple[str, bool]]:
    """Every module imported at run time, with whether that happens inside a function."""
    for child in ast.iter_child_nodes(node):
        if is_type_checking(child):
            continue
        nested = inside_function or isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef))
        if isinstance(child, ast.Import):
            for alias in child.names:
                yield alias.name, inside_function
        elif isinstance(child, ast.ImportFrom):
            assert child.level == 0, "imports are absolute"
            assert all(alias.name != "*" for alias in child.names), "no wildcard imports"
            for alias in child.names:
                yield f"{child.module}.{alias.name}", inside_function
        yield from imports(child, nested)


MODULES = {module_name(path): path for path in FILES}


def own_module(target: str) -> str | None:
    """The module of ours that an imported name stands for or lives in."""
    if target in MODULES:
        return target
    parent = target.rpartition(".")[0]
    return parent if parent in MODULES else None


@cache
def edges() -> dict[str, set[str]]:
    """For each module the modules of ours it imports, those inside functions included."""
    return {
        name: {
            own
            for target, _ in imports(ast.parse(path.read_text()))
            if (own := own_module(target)) is not None and own != name
        }
        for name, path in MODULES.items()
    }


@pytest.mark.parametrize("name", sorted(MODULES))
def test_imports_go_to_lower_levels_or_stay_in_the_room(name: str) -> None:
    level = LEVELS[room(name)]
    for target in edges()[name]:
        if target == "chainrule":
            assert level >= 9, f"{name} imports the package itself"
        elif room(target) != room(name):
            assert LEVELS[room(target)] < level, f"{name} imports {target}"


def test_there_are_no_import_cycles() -> None:
    graph = edges()
    done: set[str] = set()
    for start in graph:
        path: list[str] = []

        def visit(module: str, path: list[str] = path) -> None:
            assert module not in path, " -> ".join([*path[path.index(module) :], module])
            if module in done:
                return
            path.append(module)
            for target in graph[module]:
                visit(target)
            path.pop()
            done.add(module)

        visit(start)
    assert done == set(MODULES)


@pytest.mark.parametrize("name", sorted(MODULES))
def test_heavy_packages_are_imported_where_they_are_used(name: str) -> None:
    for target, inside_function in imports(ast.parse(MODULES[name].read_text())):
        package = target.split(".")[0]
        if package in HEAVY and not inside_function:
            allowed = MAY_LOAD.get(name) or MAY_LOAD.get(room(name), set())
            assert package in allowed, f"{name} imports {package} when it is loaded"


@pytest.mark.parametrize("name", sorted(MODULES))
def test_own_modules_are_not_imported_inside_functions(name: str) -> None:
    hidden = [
        target
        for target, inside_function in imports(ast.parse(MODULES[name].read_text()))
        if inside_function and target.startswith("chainrule") and room(name) not in {"__init__"}
    ]
    assert not hidden


@pytest.mark.parametrize("name", sorted(MODULES))
def test_files_stay_within_the_size_limit(name: str) -> None:
    assert len(MODULES[name].read_text().splitlines()) <= MAX_LINES


def test_import_chainrule_loads_nothing_heavy() -> None:
    script = "import sys, chainrule; print(*sorted({m.split('.')[0] for m in sys.modules}))"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert not HEAVY & set(run.stdout.split())
