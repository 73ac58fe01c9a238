"""The optimiser's update as calls: its own formula, run over every parameter."""

from dataclasses import dataclass, field

from chainrule.autograd.tensor import Tensor
from chainrule.compiler.extent import Extent
from chainrule.compiler.graph import Call, Graph, Value
from chainrule.compiler.kernels.kernel import Kernel
from chainrule.optim.bundle import Bundle
from chainrule.optim.optimizer import Group, Optimizer
from chainrule.optim.rule import UpdateRule


@dataclass(eq=False)
class Update(Call):
    """The update of one parameter.

    Attributes:
        form: The loop that does it, shared by all parameters with the same options.
        numbers: Position of the optimiser's numbers for it among all numbers of a step.
    """

    form: "UpdateForm" = field(kw_only=True)
    numbers: int = field(kw_only=True)


@dataclass(frozen=True)
class UpdateForm:
    """The loop over a parameter's numbers, for an optimiser's rule with some options left out.

    Attributes:
        name: Of the function in the program's source.
        text: Its definition.
        states: Names of the states it changes.
    """

    name: str
    text: str
    states: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Numbers:
    """Where the numbers of a step come from.

    Attributes:
        group: Of the optimiser.
        bundle: Parameters that have taken equally many steps.
        present: Which of the rule's numbers are there, by position.
        start: Position of the first among all numbers of a step.
    """

    group: Group
    bundle: Bundle
    present: tuple[int, ...]
    start: int


def update_calls(
    graph: Graph, optimizer: Optimizer, values: dict[Tensor, Value]
) -> tuple[list[Update], list[Numbers]]:
    """Return the calls that update all parameters, and where their numbers come from."""
    calls: list[Update] = []
    sources: list[Numbers] = []
    forms: dict[tuple[object, ...], UpdateForm] = {}
    start = 0
    rule = optimizer.rule
    learned = {tensor for tensor, value in values.items() if value in graph.gradients}
    for position, group in enumerate(optimizer.param_groups):
        active = [tensor for tensor in group["params"] if tensor in learned]
        for bundle in optimizer.bundles_of(position, active):
            numbers = optimizer.numbers(group, bundle.taken + 1)
            present = tuple(i for i, number in enumerate(numbers) if number is not None)
            flags = optimizer.flags(group)
            key = (bundle.names, present, flags)
            if key not in forms:
                number = f"_{len(forms) + 1}" if forms else ""
                name = f"{rule.function.__name__.removesuffix('_update')}{number}"
                forms[key] = update_form(name, rule, *key)
            form = forms[key]
            for tensor in bundle.parameters:
                value = values[tensor]
                calls.append(_update(value, graph.gradients[value], bundle, tensor, form, start))
            sources.append(Numbers(group, bundle, present, start))
            start += len(present)
    return calls, sources


def _update(
    parameter: Value,
    gradient: Value,
    bundle: Bundle,
    tensor: Tensor,
    form: UpdateForm,
    start: int,
) -> Update:
    states = {
        name: Value(
            f"{parameter.name}_{name}",
            tuple(Extent(size) for size in tensor.array.shape),
            parameter.dtype,
            "state",
            bundle.state_of(tensor, name),
        )
        for name in form.states
    }
    written = {"parameter": parameter, **states}
    cut = dict.fromkeys([*written, "gradient"], 0)
    kernel = Kernel(bundle.rule.function, _nothing, cut)
    arguments = {"gradient": gradient}
    return Update(
        bundle.rule.function,
        arguments,
        written,
        "update",
        parameter.path,
        kernel,
        form=form,
        numbers=start,
    )


def _nothing(team: object) -> None:
    """Stand for loops that the program's source spells out."""


def update_form(
    name: str,
    rule: UpdateRule,
    states: tuple[str, ...],
    present: tuple[int, ...],
    flags: tuple[bool, ...],
) -> UpdateForm:
    """Return the loop that applies a rule to a parameter."""
    kept = [name for name in rule.states if name in states]
    arguments = [
        "parameter[i]",
        "gradient[i]",
        *(f"{state}[i]" if state in kept else "None" for state in rule.states),
        *(number if i in present else "None" for i, number in enumerate(rule.numbers)),
        *map(str, flags),
    ]
    results = ["parameter[i]", *(f"{s}[i]" if s in kept else "_" for s in rule.states)]
    numbers = [number for i, number in enumerate(rule.numbers) if i in present]
    arrays = ["parameter", "gradient", *kept]
    lines = [
        f"def {name}({', '.join(arrays)}, numbers, team):",
        "    first, last = share(parameter.shape[0], team)",
        "    width = parameter.size // max(parameter.shape[0], 1)",
        *(f"    {array} = flat({array})[first * width : last * width]" for array in arrays),
        *(f"    {number} = numbers[{i}]" for i, number in enumerate(numbers)),
        "    for i in range(parameter.size):",
        f"        {', '.join(results)} = {rule.function.__name__}({', '.join(arguments)})",
    ]
    return UpdateForm(name, "\n".join(lines) + "\n", tuple(kept))
