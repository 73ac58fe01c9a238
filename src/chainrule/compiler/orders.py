"""Tables by rows and by columns: products get their factors in the order that suits them."""

from dataclasses import replace

from chainrule.compiler.graph import Call, Graph, Value, is_table
from chainrule.compiler.kernels.kernel import BY_COLUMNS, BY_ROWS
from chainrule.compiler.kernels.turning import TO_COLUMNS, TO_ROWS
from chainrule.compiler.memory import size_of

SMALLEST_WEIGHT = 1 << 12  # numbers; the products of smaller ones take tables as they are


def in_order(graph: Graph) -> Graph:
    """Return the graph with a second copy of tables that are wanted in another order than theirs.

    A copy is made as soon as the table is there, before threads meet.
    """
    copies: dict[Value, Value] = {}
    calls: list[Call] = []
    for call in graph.calls:
        wanted = {
            name: copies.setdefault(value, _copy_of(value))
            for name, value in call.arguments.items()
            if isinstance(value, Value) and _is_wanted_turned(call, name, value)
        }
        calls.append(replace(call, arguments=call.arguments | wanted) if wanted else call)
    turned = [_turn(value, copies[value]) for value in (graph.inputs,) if value in copies]
    for call in calls:
        turned.append(call)
        turned += [_turn(value, copies[value]) for value in call.outputs if value in copies]
    return replace(graph, calls=turned)


def _is_wanted_turned(call: Call, name: str, value: Value) -> bool:
    if call.kernel is None or name not in call.kernel.orders or not is_table(value.shape):
        return False
    if value.role not in ("input", "computed"):
        return False
    is_wanted_by_columns = call.kernel.orders[name] == BY_COLUMNS
    return value.by_columns != is_wanted_by_columns and _size_of_weight(call) >= SMALLEST_WEIGHT


def _size_of_weight(call: Call) -> int:
    """Return how many numbers the largest array has that is not a batch."""
    sizes = (
        size_of(value.shape, 1)
        for value in (*call.reads(), *call.outputs)
        if not any(extent.per_sample for extent in value.shape)
    )
    return max(sizes, default=0)


def _copy_of(value: Value) -> Value:
    order = BY_ROWS if value.by_columns else BY_COLUMNS
    name = f"{value.name}_by_{order}"
    return Value(name, value.shape, value.dtype, path=value.path, by_rows=order == BY_ROWS)


def _turn(value: Value, copy: Value) -> Call:
    kernel = TO_ROWS if copy.by_rows else TO_COLUMNS
    return Call(kernel.of, {"x": value}, {"y": copy}, "forward", value.path, kernel)
