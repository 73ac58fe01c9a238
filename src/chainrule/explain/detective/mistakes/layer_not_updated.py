"""The parameters of one layer left as they were."""

from collections.abc import Iterator

from chainrule.explain.detective.change import Change
from chainrule.explain.detective.mistake import Mistake, Variant
from chainrule.explain.detective.scenario import Scenario


def frozen(layer: str) -> Change:
    """Return the change that leaves a layer as it is."""
    return Change(is_moved=lambda path, should: should and path.rpartition(".")[0] != layer)


def variants(scenario: Scenario) -> Iterator[Variant]:
    """Yield each layer, if there are several."""
    layers = dict.fromkeys(path.rpartition(".")[0] for path in scenario.groups)
    if len(layers) > 1:
        for layer in layers:
            yield Variant(frozen(layer), f"layer {layer}")


LAYER_NOT_UPDATED = Mistake(
    "layer not updated",
    "You left the weights of one layer as they were.",
    "Every layer takes a step, the hidden ones, too.",
    variants,
)
