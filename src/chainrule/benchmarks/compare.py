"""Comparing contenders: interleaved rounds, medians, and ratios round by round.

A machine's speed drifts while other work runs on it. So every round measures every contender once,
one after the other, and a ratio is formed within each round, where both sides had the same weather.
"""

import tempfile
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path

from chainrule.benchmarks.comparison import Comparison, Run
from chainrule.benchmarks.contender import Contender, Setting
from chainrule.benchmarks.measure import Measurement
from chainrule.benchmarks.process import run_measurement
from chainrule.benchmarks.works import Work

HOPELESS = 2
"""A setting this many times slower than its contender's best in the first round is dropped."""


def compare(
    work: Work,
    contenders: Sequence[Contender],
    rounds: int,
    seconds: float,
    report: Callable[[int, Measurement], None],
) -> Comparison:
    """Measure contenders at one work.

    Args:
        work: What is trained.
        contenders: Who trains it.
        rounds: How often each is measured.
        seconds: How long each measurement counts.
        report: Told the round's number, from 1, and what was measured.
    """
    results = {(c.name, s.name): Run(c.name, s.name) for c in contenders for s in c.settings}
    with tempfile.TemporaryDirectory(prefix="chainrule-bench-") as folder:
        for number in range(1, rounds + 1):
            for position, (contender, setting) in enumerate(entries(contenders)):
                run = results[contender.name, setting.name]
                if is_dropped(run, results.values(), number):
                    continue
                cache = Path(folder) / str(position)
                found = run_measurement(contender, work, setting, seconds, cache)
                run.measurements.append(found)
                report(number, found)
    return Comparison(work.name, work.batch_size, rounds, list(results.values()))


def entries(contenders: Sequence[Contender]) -> Iterator[tuple[Contender, Setting]]:
    """Give every contender with every one of its settings."""
    for contender in contenders:
        for setting in contender.settings:
            yield contender, setting


def is_dropped(run: Run, runs: Collection[Run], number: int) -> bool:
    """Return whether a setting need not be measured again: it cannot run, or cannot win."""
    if number == 1 or not run.measurements:
        return False
    first = run.measurements[0]
    if first.not_run:
        return True
    rivals = [
        other.measurements[0].seconds_per_step
        for other in runs
        if other.contender == run.contender and not other.measurements[0].not_run
    ]
    return first.seconds_per_step > HOPELESS * min(rivals)
