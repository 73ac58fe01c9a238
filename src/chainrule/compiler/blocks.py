"""A weight's gradient and its update together, a few rows at a time.

Large weights do not stay in the processor's cache from the backward pass to the update. Where
nothing but the update wants a gradient, each few rows of it are used up as soon as they are there:
the gradient as a whole never exists.
"""

from chainrule.compiler.graph import Call, Value
from chainrule.compiler.memory import size_of
from chainrule.compiler.schedule import Item, LearnedInBlocks, reads_of
from chainrule.compiler.update import Update

SMALLEST_WEIGHT = 1 << 16  # numbers; smaller ones stay in the cache
BLOCK = 1 << 16  # numbers of a block, a quarter of a megabyte in float32


def learn_in_blocks(items: list[Item]) -> list[Item]:
    """Return the items with the updates of large weights moved to where their gradients arise.

    Args:
        items: Calls and loops, in order.
    """
    readers: dict[Value, list[int]] = {}
    for position, item in enumerate(items):
        for value in reads_of(item):
            readers.setdefault(value, []).append(position)
    updates = {
        item.arguments["gradient"]: (position, item)
        for position, item in enumerate(items)
        if isinstance(item, Update) and "factor" not in item.arguments
    }
    result: list[Item] = []
    moved: set[Update] = set()
    for position, item in enumerate(items):
        if isinstance(item, Call) and item.kernel is not None and item.kernel.in_blocks:
            [gradient] = item.outputs
            place, update = updates.get(gradient, (0, None))
            if (
                update is not None
                and size_of(gradient.shape, 1) >= SMALLEST_WEIGHT
                and readers[gradient] == [place]
                and max(readers.get(update.written["parameter"], [-1])) < position
            ):
                rows = max(BLOCK // size_of(gradient.shape[1:], 1), 1)
                result.append(LearnedInBlocks(item, update, rows))
                moved.add(update)
                continue
        if item not in moved:
            result.append(item)
    return result
