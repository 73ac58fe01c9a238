"""A recorded run in a terminal: where one is, all that happens in the step, and the numbers."""

from typing import Any

from chainrule.explain.time_travel.moment import Moment
from chainrule.explain.time_travel.reopen import RecordedRun
from chainrule.explain.time_travel.walk import Event, Walk

HELP = (
    "Enter: next operation, b: the one before, > and <: next step and the one before, a number: "
    "that step, q: quit"
)
EVENTS_SHOWN = 15
STYLES = {"forward": "blue", "backward": "dark_orange", "update": "green"}


class Viewer:
    """Goes through a recorded run as it is told.

    Args:
        run: The run.
        step: Where to begin.

    Attributes:
        moment: The current step.
        walk: Its operations, at the current one.
        message: What to say of the last command, if anything.
    """

    def __init__(self, run: RecordedRun, step: int = 0) -> None:
        self.run = run
        self.message = ""
        self._go_to(step)

    def _go_to(self, step: int) -> None:
        self.moment: Moment = self.run.at(step)
        self.walk: Walk = self.moment.walk()

    def obey(self, command: str) -> bool:
        """Do what a command says, and return whether to go on."""
        self.message = ""
        match command.strip():
            case "" | "n":
                self.walk.forward()
            case "b":
                self.walk.back()
            case ">" | "<" as way:
                self._go_near(self.moment.step + (1 if way == ">" else -1))
            case "q":
                return False
            case number if number.lstrip("-").isdigit():
                self._go_near(int(number))
            case other:
                self.message = f"There is no command {other!r}. {HELP}."
        return True

    def _go_near(self, step: int) -> None:
        """Go to a step, or say that there is none."""
        last = len(self.run) - 1
        if not 0 <= step <= last:
            self.message = f"There is no step {step}: they are numbered from 0 to {last}."
            return
        self._go_to(step)

    def title(self) -> str:
        """Return where one is."""
        moment = self.moment
        return (
            f"step {moment.step} of {len(self.run)}  epoch {moment.epoch + 1}, batch "
            f"{moment.batch + 1}  {len(moment.rows)} samples  loss {moment.loss:.6g}"
        )

    def events(self) -> list[tuple[int, Event]]:
        """Return the events around the current one, with their numbers."""
        position, count = self.walk.position, len(self.walk)
        first = max(min(position - EVENTS_SHOWN // 2, count - EVENTS_SHOWN), 0)
        return [(n, self.walk.events[n]) for n in range(first, min(first + EVENTS_SHOWN, count))]

    def as_dict(self) -> dict[str, Any]:
        """Return the current step under names."""
        moment = self.moment
        return {
            "step": moment.step,
            "steps": len(self.run),
            "epoch": moment.epoch,
            "batch": moment.batch,
            "loss": moment.loss,
            "rows": moment.rows.tolist(),
            "events": [
                {
                    "direction": event.direction,
                    "name": event.name,
                    "module": event.module,
                    "shape": list(event.values.shape),
                    "values": event.rows(),
                }
                for event in self.walk
            ],
        }

    def picture(self) -> Any:
        """Return the step as something rich can print."""
        from rich.console import Group
        from rich.panel import Panel
        from rich.table import Table
        from rich.text import Text

        table = Table.grid(padding=(0, 1))
        for number, event in self.events():
            is_here = number == self.walk.position
            style = f"bold {STYLES[event.direction]}" if is_here else STYLES[event.direction]
            mark = Text("▶" if is_here else " ", style="bold")
            table.add_row(mark, Text(str(number), style="dim"), Text(str(event), style=style))
        numbers = Text("\n".join(self.walk.current.rows()))
        parts = [Panel(table, title=self.title()), Panel(numbers, title=str(self.walk.current))]
        return Group(*parts, *([Text(self.message, style="red")] if self.message else []))
