"""The optimiser's update as calls: its own formula, run over every parameter."""

from dataclasses import dataclass, field

from chainrule.autograd.tensor import Tensor
from chainrule.compiler.extent import Extent
from chainrule.compiler.graph import Call, Graph, Value
from chainrule.compiler.kernels.kernel import Kernel
from chainrule.compiler.text import broken
from chainrule.optim.bundle import Bundle
from chainrule.optim.optimizer import Group, Optimizer
from chainrule.optim.rule import UpdateRule


@dataclass(eq=False)
class Update(Call):
    """The update of one parameter.

    Attributes:
        form: The loop that does it, shared by all parameters with the same options.
        numbers: Position of the optimiser's numbers for it among all numbers of a step.

    Its arguments are the gradient and, where gradients are clipped, the factor for them.
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
        position: Of the optimiser's group.
        group: The group itself.
        active: Its parameters that are learned.
        bundle: Those of them that have taken equally many steps.
        flags: Of the rule.
        present: Which of the rule's numbers are there, by position.
        start: Position of the first among all numbers of a step.
    """

    position: int
    group: Group
    active: list[Tensor]
    bundle: Bundle
    flags: tuple[bool, ...]
    present: tuple[int, ...]
    start: int

    def are_current(self, optimizer: Optimizer) -> bool:
        """Return whether the optimiser still has these groups, memory and options."""
        groups = optimizer.param_groups
        if self.position >= len(groups) or groups[self.position] is not self.group:
            return False
        given = optimizer.numbers(self.group, self.bundle.taken + 1)
        return (
            present_in(given) == self.present
            and optimizer.flags(self.group) == self.flags
            and self.bundle in optimizer.bundles_of(self.position, self.active)
        )


def present_in(numbers: tuple[float | None, ...]) -> tuple[int, ...]:
    """Return the positions of the numbers that are there."""
    return tuple(position for position, number in enumerate(numbers) if number is not None)


def update_calls(
    graph: Graph,
    optimizer: Optimizer,
    values: dict[Tensor, Value],
    factor: Value | None = None,
) -> tuple[list[Update], list[Numbers]]:
    """Return the calls that update all parameters, and where their numbers come from.

    Args:
        graph: With the gradients.
        optimizer: Of the parameters.
        values: Parameter -> its value.
        factor: What gradients are multiplied with, if they are clipped.
    """
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
            present = present_in(numbers)
            flags = optimizer.flags(group)
            key = (bundle.names, present, flags)
            if key not in forms:
                number = f"_{len(forms) + 1}" if forms else ""
                name = f"{rule.function.__name__.removesuffix('_update')}{number}"
                forms[key] = update_form(name, rule, *key, is_clipped=factor is not None)
            form = forms[key]
            for tensor in bundle.parameters:
                value = values[tensor]
                arguments = {"gradient": graph.gradients[value]}
                if factor is not None:
                    arguments["factor"] = factor
                calls.append(_update(value, arguments, bundle, tensor, form, start))
            sources.append(Numbers(position, group, active, bundle, flags, present, start))
            start += len(present)
    return calls, sources


def _update(
    parameter: Value,
    arguments: dict[str, Value],
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
    return Update(
        bundle.rule.function,
        {**arguments},
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
    is_clipped: bool = False,
) -> UpdateForm:
    """Return the loop that applies a rule to a parameter."""
    kept = [name for name in rule.states if name in states]
    arguments = [
        "parameter[i]",
        "factor * gradient[i]" if is_clipped else "gradient[i]",
        *(f"{state}[i]" if state in kept else "None" for state in rule.states),
        *(number if i in present else "None" for i, number in enumerate(rule.numbers)),
        *map(str, flags),
    ]
    results = ["parameter[i]", *(f"{s}[i]" if s in kept else "_" for s in rule.states)]
    numbers = [number for i, number in enumerate(rule.numbers) if i in present]
    arrays = ["parameter", "gradient", *kept]
    factors = ["factors"] if is_clipped else []
    lines = [
        f"def {name}({', '.join([*arrays, 'numbers', *factors, 'team'])}):",
        "    first, last = share(parameter.shape[0], team)",
        "    width = parameter.size // max(parameter.shape[0], 1)",
        *(f"    {array} = flat({array})[first * width : last * width]" for array in arrays),
        *(f"    {number} = numbers[{i}]" for i, number in enumerate(numbers)),
        *(f"    factor = {array}[0]" for array in factors),
        "    for i in range(parameter.size):",
        f"        {', '.join(results)} = {rule.function.__name__}({', '.join(arguments)})",
    ]
    text = "\n".join(part for line in lines for part in broken(line))
    return UpdateForm(name, f"{text}\n", tuple(kept))
