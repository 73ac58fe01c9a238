"""From a recording to the diagram of its graph: every operation a box, or every module."""

from chainrule.array_types import Array
from chainrule.autograd.core import TensorCore
from chainrule.errors import InvalidArgument
from chainrule.explain.drawing.diagram import Diagram, Edge, Kind, Vertex
from chainrule.explain.drawing.folding import fold_repeats, folded_call
from chainrule.explain.drawing.items import Item, lines_of
from chainrule.explain.drawing.number_text import number_text
from chainrule.explain.drawing.recording import Call, Recording, Step
from chainrule.explain.drawing.theme import Role
from chainrule.nn.short_form import short_form
from chainrule.operations.operation import Elementwise

MAX_BOXES = 20
"""Beyond so many boxes, layers that come many times in a row are shown as one."""
MOST_BOXES = 500
MAX_OPTIONS = 22  # characters of options that are worth showing
SILENT_OPTIONS = ("shape", "key", "offset", "mask_shape", "dtype")


def graph_diagram(recording: Recording, depth: int | None, values: bool) -> Diagram:
    """Return the boxes and edges of a recording.

    Args:
        recording: What ran, with gradients if they are to be shown.
        depth: How many levels of containers are unfolded into their parts, each module one box;
            None for a box for every operation and every parameter.
        values: Whether results are written into the boxes.

    Raises:
        InvalidArgument: if there would be more boxes than a picture can show.
    """
    builder = _Builder(recording, depth)
    for step in recording.steps:
        builder.add(step)
    items, edges = builder.items_in_order()
    has_numbers = values or recording.step_gradients or recording.leaf_gradients
    if depth is not None and len(items) > MAX_BOXES and not has_numbers:
        items, edges = fold_repeats(items, edges)
    if len(items) > MOST_BOXES:
        raise InvalidArgument(
            f"draw: the graph has {len(items):,} boxes, and nobody could read a picture of more "
            f"than {MOST_BOXES}. Fold it by module (model=..., kind='modules'), or draw a result "
            "on the way."
        )
    vertices = tuple(Vertex(item.role, lines_of(item, values), item.count) for item in items)
    kind: Kind = "graph" if depth is None else "modules"
    return Diagram(recording.title, kind, vertices, tuple(edges))


class _Builder:
    """Collects items and edges step by step.

    Attributes:
        items: By key: ``id`` of the step, of the folded call or of the leaf.
        edges: Keys of source and target, and whether the gradient stops there.
    """

    def __init__(self, recording: Recording, depth: int | None) -> None:
        self.recording = recording
        self.depth = depth
        self.items: dict[int, Item] = {}
        self.edges: list[tuple[int, int, bool]] = []
        self.joined: set[tuple[int, int]] = set()
        self.results = {id(step) for step in recording.results}

    def add(self, step: Step) -> None:
        """Take the next step."""
        call = folded_call(step, self.depth)
        key = id(step) if call is None else id(call)
        for position, (origin, flows) in enumerate(zip(step.origins, step.flows, strict=True)):
            if isinstance(origin, Step):
                self._join(self._key(origin), key, not flows and any(origin.flows))
            elif origin is not None and self._is_shown(origin, call):
                self._add_leaf(origin, step, position)
                self._join(id(origin), key, False)
        # The item of a call is that of its last step; it stays in the place of its first reader.
        self.items.pop(key, None)
        self.items[key] = self._operation(step) if call is None else self._module(step, call)

    def items_in_order(self) -> tuple[list[Item], list[Edge]]:
        """Return items with sources before targets, and the edges between their positions."""
        number = {key: i for i, key in enumerate(self.items)}
        ordered = sorted(self.edges, key=lambda edge: number[edge[1]])
        edges = [Edge(number[s], number[t], "", dashed) for s, t, dashed in ordered]
        return list(self.items.values()), edges

    def _key(self, step: Step) -> int:
        call = folded_call(step, self.depth)
        return id(step) if call is None else id(call)

    def _join(self, source: int, target: int, is_dashed: bool) -> None:
        """Note an edge; between folded modules only once."""
        is_known = self.depth is not None and (source, target) in self.joined
        if source != target and not is_known:
            self.joined.add((source, target))
            self.edges.append((source, target, is_dashed))

    def _is_shown(self, leaf: TensorCore, call: Call | None) -> bool:
        """Return whether a leaf has a box: no buffer has, and no parameter of a folded module."""
        if id(leaf) in self.recording.buffers:
            return False
        return call is None or not self._is_parameter(leaf)

    def _is_parameter(self, leaf: TensorCore) -> bool:
        return id(leaf) in self.recording.parameters or leaf.requires_grad

    def _add_leaf(self, leaf: TensorCore, step: Step, position: int) -> None:
        if id(leaf) in self.items:
            return
        name = self.recording.names.get(id(leaf))
        role: Role = "parameter" if self._is_parameter(leaf) else "input"
        if name is None and role == "input" and leaf.array.ndim == 0:
            role = "constant"
            name = number_text(leaf.array.item())
        if name is None:
            name = _input_name(step, position)
        gradient = self.recording.leaf_gradients.get(id(leaf))
        self.items[id(leaf)] = Item(role, name, "", leaf.array, gradient)

    def _operation(self, step: Step) -> Item:
        """Return the item of one operation, or of a module that handed on its input."""
        if step.node is None:
            title = "" if step.call is None else short_form(step.call.module)
            note = ""
        else:
            title = step.node.operation.name
            note = "" if step.call is not None and step.call.path else _options(step)
        path = step.call.path if step.call is not None and step.call.parent is not None else ""
        role = self._role(step, "operation")
        return Item(role, title, path, step.array, self._gradient(step), note)

    def _module(self, step: Step, call: Call) -> Item:
        """Return the item of a module call whose last step this is."""
        num_parameters = sum(parameter.array.size for parameter in call.module.parameters())
        is_again = call.is_again and num_parameters > 0
        role = self._role(step, "learned" if num_parameters else "module")
        return Item(
            role=role,
            title=short_form(call.module),
            path=call.path if call.path != type(call.module).__name__ else "",
            array=step.array,
            gradient=self._gradient(step),
            note="same parameters as before" if is_again else "",
            num_parameters=None if is_again else num_parameters,
        )

    def _gradient(self, step: Step) -> Array | None:
        return self.recording.step_gradients.get(id(step))

    def _role(self, step: Step, otherwise: Role) -> Role:
        """Return the role of a result: a single number at the end is a loss."""
        if id(step) not in self.results:
            return otherwise
        is_loss = step.array.size == 1 and step.array.ndim == 0
        if is_loss:
            return "loss"
        return "output" if otherwise == "operation" else otherwise


def _input_name(step: Step, position: int) -> str:
    """Return what the operation that reads a leaf calls it."""
    assert step.node is not None  # noqa: S101 - only nodes read leaves
    operation = step.node.operation
    names = operation.input_names
    if operation.is_variadic or (isinstance(operation, Elementwise) and "target" not in names):
        return "tensor"
    return names[position]


def _options(step: Step) -> str:
    """Return the options of an operation that fit into a box."""
    assert step.node is not None  # noqa: S101 - asked of nodes only
    shown = [
        f"{name}={value}"
        for name, value in step.node.named_options().items()
        if value is not None and value is not False and name not in SILENT_OPTIONS
    ]
    text = ", ".join(shown)
    return text if len(text) <= MAX_OPTIONS else ""
