"""The entry of a program: arrays on their memory, and a step for every batch."""

from chainrule.compiler.emit import array_text
from chainrule.compiler.extent import Extent
from chainrule.compiler.graph import Graph, Value
from chainrule.compiler.text import indented

HEADER = (
    "threads",  # in the team
    "sync",  # address of the memory through which they wait for each other
    "sgemm",  # addresses of the matrix products
    "dgemm",
    "first",  # of the steps to take
    "last",  # excluded
    "batch",  # samples per step; the last one may have fewer
    "samples",  # in all
    "inputs",  # addresses of the data set
    "targets",
    "order",  # address of the numbers of the samples
    "numbers",  # address of the optimiser's numbers, a row per step
    "losses",  # address of one loss per step
    "outputs",  # address of one row per sample
    "key",  # of the stream of random bits
    "counter",  # place in it where the first step begins
    "caller",  # address of the function that has NumPy do what has no compiled form
)
"""What the table holds before the addresses of the arrays."""

OWN_NAMES = frozenset(
    {
        *("np", "real", "uint64", "Team", "range", "min", "max"),
        *(
            "own",
            "share",
            "blocks",
            "alone",
            "meet",
            "flat",
            "take_rows",
            "take_columns",
            "put_rows",
            "run",
            "step",
            "forward",
        ),
        *("address", "thread", "table", "sync", "team", "batch", "samples", "order", "losses"),
        *("all_numbers", "numbers", "key", "counter", "s", "start", "n", "caller", "in_numpy"),
    }
)
"""Names that mean something else in a program than one of its values."""


def entry_source(
    graph: Graph,
    lines: list[str],
    declared: list[Value],
    positions: dict[Value, int],
    drawn: Extent,
    width: int,
) -> str:
    """Return the definition of ``run(address, thread)``.

    Args:
        graph: Of the step.
        lines: The statements of the step.
        declared: The arrays that the statements name.
        positions: Value -> where in the table the address of its array is.
        drawn: How many random numbers a batch draws.
        width: Numbers of the optimiser per step.
    """
    head = {name: f"table[{position}]" for position, name in enumerate(HEADER)}
    address = {value: f"table[{position}]" for value, position in positions.items()}
    fixed = [v for v in declared if not any(extent.per_sample for extent in v.shape)]
    growing = [v for v in declared if v not in fixed]
    x, y, loss, outputs = graph.inputs, graph.target, graph.loss, graph.outputs
    real = outputs.dtype.name
    before = f"start * {drawn.count}" if drawn.per_sample else f"s * {drawn.count}"
    result = f"C_{real}({head['outputs']}, (1, {row_size(outputs)}))"
    source = outputs.name if len(outputs.shape) == 2 else array_on(outputs, address[outputs])
    inside = [f"{value.name} = {array_text(value, address[value])}" for value in growing]
    inside.append(gather(x, head["inputs"], address[x]))
    if y is not None:
        inside.append(gather(y, head["targets"], address[y]))
    inside += [
        "meet(team)",
        f"counter = {head['counter']} + {before}",
        "numbers = all_numbers[s]",
        *lines,
        "meet(team)",
        f"put_rows({source}, start, {result}, team)",
    ]
    if loss is not None:
        inside += ["if thread == 0:", f"    losses[s] = {loss.name}[0]"]
    return "\n".join(
        [
            "def run(address, thread):",
            f"    table = C_int64(address, ({len(HEADER) + len(positions)},))",
            f"    sync = C_int64({head['sync']}, (8,))",
            f"    team = Team(thread, {head['threads']}, sync, {head['sgemm']}, {head['dgemm']})",
            f"    batch, samples = {head['batch']}, {head['samples']}",
            f"    order = C_int64({head['order']}, (samples,))",
            f"    losses = C_{real}({head['losses']}, ({head['last']},))",
            f"    all_numbers = C_{real}({head['numbers']}, ({head['last']}, {width}))",
            f"    key, caller = uint64({head['key']}), {head['caller']}",
            *(f"    {v.name} = {array_text(v, address[v])}" for v in fixed),
            f"    for s in range({head['first']}, {head['last']}):",
            "        start = s * batch",
            "        n = min(batch, samples - start)",
            *indented(inside, 2),
            "",
        ]
    )


def positions_of(arguments: list[Value]) -> dict[Value, int]:
    """Return where in the table the address of each array is."""
    return {value: len(HEADER) + place for place, value in enumerate(arguments)}


def row_size(value: Value) -> int:
    """Return how many numbers of a value belong to one sample."""
    size = 1
    for extent in value.shape[1:]:
        size *= extent.count
    return size


def array_on(value: Value, address: str) -> str:
    """Return the source of a batch as a table, a row per sample."""
    order = "F" if value.by_columns else "C"
    return f"{order}_{value.dtype.name}({address}, (n, {row_size(value)}))"


def gather(value: Value, source: str, address: str) -> str:
    """Return the source that brings the samples of a batch together."""
    row = f"C_{value.dtype.name}({source}, (1, {row_size(value)}))"
    take = "take_columns" if value.by_columns else "take_rows"
    return f"{take}({row}, order, start, {array_on(value, address)}, team)"
