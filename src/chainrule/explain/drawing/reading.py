"""Reading: what led to a tensor that is there already, from the nodes of its graph."""

from collections.abc import Mapping

from chainrule.autograd.core import TensorCore
from chainrule.autograd.graph import Node
from chainrule.errors import GradientError
from chainrule.explain.drawing.recording import Call, Recording, Step, known_leaves
from chainrule.nn.module import Module


def read_graph(
    tensor: TensorCore, model: Module | None, names: Mapping[str, TensorCore]
) -> Recording:
    """Return what led to a tensor.

    Args:
        tensor: A loss, or anything else computed with a graph.
        model: The model that took part, for the names of parameters and modules.
        names: Names for other tensors.

    Raises:
        GradientError: if the tensor has no graph, or backward() has freed it.
    """
    nodes = _nodes(tensor)
    calls = _CallReader(model)
    steps: dict[int, Step] = {}
    for node in nodes:
        origins = tuple(
            steps[origin.number] if isinstance(origin, Node) else origin
            for origin in (_origin(node, position) for position in range(len(node.inputs)))
        )
        flows = tuple(source is not None for source in node.sources)
        steps[node.number] = Step(node, origins, flows, node.output, calls.call_of(node))
    known, parameters, buffers = known_leaves(model)
    known |= {id(named): name for name, named in names.items()}
    title = "Computational graph" if model is None else type(model).__name__
    results = [steps[nodes[-1].number]]
    return Recording(title, list(steps.values()), results, known, parameters, buffers)


def _nodes(tensor: TensorCore) -> list[Node]:
    """Return all nodes that a tensor was computed by, also where no gradient flows, in order."""
    if tensor._node is None:
        raise GradientError(
            f"draw got a tensor of shape {tuple(tensor.array.shape)} that no operation was "
            "recorded for: compute it from tensors with requires_grad=True, not under no_grad()."
        )
    found: dict[int, Node] = {}
    stack = [tensor._node]
    while stack:
        node = stack.pop()
        if node.number in found:
            continue
        if node.was_freed:
            raise GradientError(
                f"draw came to {node.operation.name}, whose intermediate values backward() has "
                "freed. Draw before backward(), or call it as backward(retain_graph=True)."
            )
        found[node.number] = node
        origins = [_origin(node, position) for position in range(len(node.inputs))]
        stack.extend(origin for origin in origins if isinstance(origin, Node))
    return [found[number] for number in sorted(found)]


def _origin(node: Node, position: int) -> Node | TensorCore | None:
    """Return what made an input: the node noted then, the node it has now, or the leaf itself."""
    source, tensor = node.sources[position], node.inputs[position]
    if source is not None or tensor is None:
        return source
    made_by = tensor._node
    return made_by if made_by is not None and made_by.number < node.number else tensor


class _CallReader:
    """Finds the calls of modules from the modules that consecutive nodes ran in.

    A call ends where an operation of another module follows. A module that reads one of its
    parameters a second time was called a second time.
    """

    def __init__(self, model: Module | None) -> None:
        self.parents: dict[int, Module] = {}
        self.paths: dict[int, str] = {}
        if model is not None:
            for path, module in model.named_modules():
                self.paths[id(module)] = path
                for child in module.children():
                    self.parents.setdefault(id(child), module)
        self.open: list[Call] = []
        self.read: dict[int, set[int]] = {}
        self.called: set[int] = set()

    def call_of(self, node: Node) -> Call | None:
        """Return the innermost call that the next node belongs to."""
        if not isinstance(node.scope, Module):
            self.open = []
            return None
        lineage = self._lineage(node.scope)
        depth = 0
        for call, module in zip(self.open, lineage, strict=False):
            if call.module is not module:
                break
            depth += 1
        self.open = self.open[:depth]
        own = {id(parameter) for parameter in node.scope.parameters(recurse=False)}
        read = {id(tensor) for tensor in node.inputs} & own
        if depth == len(lineage) and read & self.read.get(id(self.open[-1]), set()):
            self.open.pop()
        for module in lineage[len(self.open) :]:
            self._begin(module)
        self.read.setdefault(id(self.open[-1]), set()).update(read)
        return self.open[-1]

    def _lineage(self, module: Module) -> list[Module]:
        """Return the module and those it is part of, the outermost first."""
        lineage = [module]
        while id(lineage[-1]) in self.parents:
            lineage.append(self.parents[id(lineage[-1])])
        return lineage[::-1]

    def _begin(self, module: Module) -> None:
        path = self.paths.get(id(module), type(module).__name__)
        parent = self.open[-1] if self.open else None
        self.open.append(Call(module, path, parent, id(module) in self.called))
        self.called.add(id(module))
