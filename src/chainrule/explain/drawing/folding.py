"""Folding: the operations of a module become one box, and so do layers that repeat."""

from collections.abc import Sequence
from dataclasses import dataclass

from chainrule.explain.drawing.diagram import Edge
from chainrule.explain.drawing.items import Item
from chainrule.explain.drawing.recording import Call, Step

MAX_PERIOD = 6  # layers of one round
MIN_ROUNDS = 3


def folded_call(step: Step, depth: int | None) -> Call | None:
    """Return the module call that a step is folded into, or None if it is shown itself.

    Args:
        step: One operation.
        depth: How many levels of containers are unfolded; None to show every operation.
    """
    if depth is None or step.call is None:
        return None
    calls = step.call.with_parents()
    # A loss has no model around it: it stands on the level of the model's parts.
    first_level = 0 if calls[0].path == "" else 1
    for level, call in enumerate(calls, first_level):
        if level >= depth or not any(True for _ in call.module.children()):
            return call
    return None


@dataclass(frozen=True)
class Repeat:
    """Layers that come several times in a row.

    Attributes:
        start: Position of the first.
        period: How many layers one round has.
        rounds: How many rounds there are.
    """

    start: int
    period: int
    rounds: int


def fold_repeats(items: Sequence[Item], edges: Sequence[Edge]) -> tuple[list[Item], list[Edge]]:
    """Return items and edges with rounds of the same layers as one item.

    Of ``Linear, ReLU, Linear, ReLU, Linear, ReLU``, each reading the one before, one item remains.
    """
    joined = list(range(len(items)))
    merged = {position: item for position, item in enumerate(items)}
    for run in _runs(len(items), edges):
        signatures = [items[position].signature for position in run]
        begins = [bool(items[position].num_parameters) for position in run]
        for repeat in find_repeats(signatures, begins):
            first = run[repeat.start]
            members = run[repeat.start : repeat.start + repeat.period * repeat.rounds]
            one_round = tuple(items[position] for position in members[: repeat.period])
            last = items[members[-1]]
            has_parameters = any(item.num_parameters for item in one_round)
            merged[first] = Item(
                role="learned" if has_parameters else "module",
                title=one_round[0].title,
                path="",
                array=last.array,
                repeated=one_round,
                count=repeat.rounds,
            )
            for position in members[1:]:
                joined[position] = first
                del merged[position]
    number = {position: i for i, position in enumerate(merged)}
    kept = [
        Edge(number[joined[edge.source]], number[joined[edge.target]], edge.label, edge.is_dashed)
        for edge in edges
        if joined[edge.source] != joined[edge.target]
    ]
    return list(merged.values()), kept


def _runs(count: int, edges: Sequence[Edge]) -> list[list[int]]:
    """Return the chains of items of which each alone reads the one before, and nothing else."""
    sources: list[list[int]] = [[] for _ in range(count)]
    readers: list[list[int]] = [[] for _ in range(count)]
    for edge in edges:
        sources[edge.target].append(edge.source)
        readers[edge.source].append(edge.target)
    runs: list[list[int]] = []
    run_of: dict[int, list[int]] = {}
    for position in range(count):
        before = sources[position][0] if len(sources[position]) == 1 else None
        if before is not None and len(readers[before]) == 1:
            run_of[position] = run_of[before]
            run_of[position].append(position)
        else:
            run_of[position] = [position]
            runs.append(run_of[position])
    return runs


def find_repeats(signatures: Sequence[object], begins: Sequence[bool]) -> list[Repeat]:
    """Return what comes at least three times in a row, from the left, the longest first.

    Args:
        signatures: What must be equal.
        begins: Where a round had better begin: at a layer with parameters.

    >>> find_repeats(list("xababab"), [False] * 7)
    [Repeat(start=1, period=2, rounds=3)]
    """
    found = []
    start = 0
    while start < len(signatures):
        repeats = [
            Repeat(start, period, _count_rounds(signatures, start, period))
            for period in range(1, MAX_PERIOD + 1)
        ]
        enough = [repeat for repeat in repeats if repeat.rounds >= MIN_ROUNDS]
        if not enough:
            start += 1
            continue
        best = max(enough, key=lambda repeat: repeat.rounds * repeat.period)
        best = _turned(best, signatures, begins)
        found.append(best)
        start = best.start + best.period * best.rounds
    return found


def _turned(repeat: Repeat, signatures: Sequence[object], begins: Sequence[bool]) -> Repeat:
    """Return the same rounds begun a little later, where that loses none and begins better."""
    for start in range(repeat.start, repeat.start + repeat.period):
        rounds = _count_rounds(signatures, start, repeat.period)
        if begins[start] and rounds == repeat.rounds:
            return Repeat(start, repeat.period, rounds)
    return repeat


def _count_rounds(signatures: Sequence[object], start: int, period: int) -> int:
    """Return how many equal rounds of a period begin at a position, 1 for no repetition."""
    first = signatures[start : start + period]
    rounds = 1
    while True:
        begin = start + rounds * period
        following = signatures[begin : begin + period]
        if len(following) < period or list(following) != list(first):
            return rounds
        rounds += 1
