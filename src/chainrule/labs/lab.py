"""A lab: one question, what may be changed about it, and how it is measured and judged."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from chainrule.errors import InvalidArgument
from chainrule.labs.parameter import Parameter, Settings, Value
from chainrule.labs.result import Result
from chainrule.randomness import manual_seed


@dataclass(frozen=True, eq=False)
class Lab:
    """One experiment of the course.

    From this one record come the command, the page of the documentation and the test.

    Attributes:
        name: As typed.
        section: Of the chapter, such as "9.1".
        question: What is asked, in one sentence.
        covers: Ids of the systems and claims that it gives a verdict on.
        run: Measures and judges; a function of the settings alone.
        parameters: What may be changed.
        rigged: For each id, settings under which its verdict must be another one: a verdict that
            can only come out one way says nothing.
    """

    name: str
    section: str
    question: str
    covers: tuple[str, ...]
    run: Callable[[Settings], Result]
    parameters: tuple[Parameter, ...] = ()
    rigged: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)

    def settings(self, given: Mapping[str, Value] | None = None, seed: int = 0) -> Settings:
        """Return the values to run with: those given, else the defaults.

        Raises:
            InvalidArgument: if there is no such parameter, or a value is out of range.
        """
        known = {parameter.name: parameter for parameter in self.parameters}
        values = {parameter.name: parameter.default for parameter in self.parameters}
        for name, value in (given or {}).items():
            self._parameter(name, known).check(value)
            values[name] = value
        return Settings(values, seed)

    def read(self, assignments: list[str]) -> dict[str, Value]:
        """Return the values in texts such as "depth=20".

        Raises:
            InvalidArgument: if a text is no assignment, or a value cannot be used.
        """
        known = {parameter.name: parameter for parameter in self.parameters}
        values: dict[str, Value] = {}
        for text in assignments:
            name, equals, value = text.partition("=")
            if not equals:
                raise InvalidArgument(f"--set got {text!r}: expected NAME=VALUE, e.g. depth=20.")
            values[name.strip()] = self._parameter(name.strip(), known).read(value.strip())
        return values

    def _parameter(self, name: str, known: Mapping[str, Parameter]) -> Parameter:
        if name not in known:
            names = f"it has {', '.join(known)}" if known else "it has none"
            raise InvalidArgument(f"The lab {self.name} has no parameter {name!r}: {names}.")
        return known[name]

    def measure(self, given: Mapping[str, Any] | None = None, seed: int = 0) -> Result:
        """Run the lab and return what it finds.

        Args:
            given: Values that are not the defaults.
            seed: Of all random choices.
        """
        settings = self.settings(given, seed)
        manual_seed(seed)
        return self.run(settings)
