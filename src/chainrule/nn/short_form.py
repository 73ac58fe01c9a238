"""The short form of a module: how one would write it, with the arguments that matter."""

import inspect
from collections.abc import Iterator

from chainrule.nn.module import Module


def short_form(module: Module) -> str:
    """Return the call that makes a module, without arguments that have their defaults.

    Arguments are read from the module's attributes of the same names. Where none is left to be
    shown it is the name of the class alone.

    >>> from chainrule import nn
    >>> short_form(nn.Conv2d(1, 16, 3, padding=1)), short_form(nn.ReLU())
    ('Conv2d(1, 16, 3, padding=1)', 'ReLU')
    """
    arguments = ", ".join(_arguments(module))
    return f"{type(module).__name__}({arguments})" if arguments else type(module).__name__


def _arguments(module: Module) -> Iterator[str]:
    """Yield the arguments as one writes them: the first by place, those after a gap by name."""
    by_place = True
    for name, parameter in inspect.signature(type(module)).parameters.items():
        value = _value(module, name)
        is_required = parameter.default is parameter.empty
        by_place = by_place and is_required and value is not None
        if value is None or (not is_required and _is_default(module, parameter, value)):
            continue
        yield repr(value) if by_place else f"{name}={value!r}"


def _value(module: Module, name: str) -> object:
    """Return what a module was given as an argument; None where it does not say."""
    if name in module._parameters:
        return module._parameters[name] is not None  # as in bias=False
    value = vars(module).get(name)
    return _as_one_number(value) if isinstance(value, (int, float, str, tuple)) else None


def _as_one_number(value: object) -> object:
    """Return the number that stands for the same along every axis, (3, 3) as 3."""
    if isinstance(value, tuple) and value and len(set(value)) == 1:
        return value[0]
    return value


def _is_default(module: Module, parameter: inspect.Parameter, value: object) -> bool:
    """Return whether an argument has the value it takes when left out."""
    if parameter.name == "stride" and parameter.default is None:
        return value == _value(module, "kernel_size")  # windows side by side
    return value == _as_one_number(parameter.default)
