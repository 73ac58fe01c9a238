"""``chainrule bench``: the same work on chainrule and its peers, side by side."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from chainrule.benchmarks.compare import compare
from chainrule.benchmarks.contenders import CONTENDERS, find_contender
from chainrule.benchmarks.measure import Measurement
from chainrule.benchmarks.race import Arrival
from chainrule.benchmarks.results import Results
from chainrule.benchmarks.time_to_accuracy import candidates, find_mnist, race
from chainrule.benchmarks.works import SWEEPS, WORKS, find_work
from chainrule.cli.options import DataDir, Json, show
from chainrule.errors import InvalidArgument

KNOWN_ROWS = ", ".join(work.name for work in WORKS)
KNOWN_CONTENDERS = ", ".join(contender.name for contender in CONTENDERS)


def bench(
    rows: Annotated[
        list[str] | None, typer.Argument(help=f"Which of: {KNOWN_ROWS}.  [default: all]")
    ] = None,
    contender: Annotated[
        list[str] | None,
        typer.Option(help=f"Give it again for another: {KNOWN_CONTENDERS}.  [default: all]"),
    ] = None,
    rounds: Annotated[int, typer.Option(help="Interleaved rounds of measurements.")] = 5,
    seconds: Annotated[float, typer.Option(help="That each measurement counts.")] = 2.0,
    sweep: Annotated[
        str | None, typer.Option(help="Rows by a network's size: width or depth.")
    ] = None,
    time_to_accuracy: Annotated[
        bool, typer.Option("--time-to-accuracy", help="Train on MNIST to 98 %, beside PyTorch.")
    ] = False,
    engine: Annotated[
        str, typer.Option(help="That trains with --time-to-accuracy: auto or another.")
    ] = "auto",
    device: Annotated[
        str | None,
        typer.Option(help="With --time-to-accuracy, on which both run PyTorch: cuda, cpu, ..."),
    ] = None,
    data_dir: DataDir = None,
    out: Annotated[Path, typer.Option(help="Folder for bench.json and the plot.")] = Path(
        "runs/bench"
    ),
    as_json: Json = False,
) -> None:
    """Time the same training steps on chainrule, PyTorch, JAX and scikit-learn.

    Peers that are not installed are named as not run; pip install 'chainrule[bench,torch]' brings
    them. A ratio above 1 says that the contender takes longer than chainrule.

    Example: chainrule bench 784-256-128-10 --rounds 3 --out runs/bench
    """
    check(rounds, seconds, sweep)
    if device is not None and not time_to_accuracy:
        raise InvalidArgument("--device is for --time-to-accuracy: pass both.")
    works = [find_work(name) for name in rows or ()]
    if not works and sweep:
        works = list(SWEEPS[sweep])
    elif not works and not time_to_accuracy:
        works = list(WORKS)
    chosen = [find_contender(name) for name in contender or ()] or list(CONTENDERS)
    runners = candidates(find_mnist(data_dir), engine, device) if time_to_accuracy else []
    results = Results(sweep=sweep if sweep and not rows else "")
    for work in works:
        results.comparisons.append(compare(work, chosen, rounds, seconds, tell_measurement))
        results.write(out)
    if runners:
        results.race = race(runners, rounds, tell_arrival)
    files = results.write(out)
    text = f"{results.as_text()}\n\nsaved {', '.join(map(str, files))}"
    show(results.as_dict(), text, as_json)


def check(rounds: int, seconds: float, sweep: str | None) -> None:
    """Refuse what cannot be measured.

    Raises:
        InvalidArgument: naming the option.
    """
    if rounds < 1:
        raise InvalidArgument(f"--rounds must be 1 or more, got {rounds}.")
    if not seconds > 0:
        raise InvalidArgument(f"--seconds must be positive, got {seconds}.")
    if sweep is not None and sweep not in SWEEPS:
        raise InvalidArgument(f"--sweep got {sweep!r}: choose one of {', '.join(SWEEPS)}.")


def tell_measurement(number: int, found: Measurement) -> None:
    """Say on standard error what was just measured."""
    figure = f"{found.seconds_per_step * 1e6:,.1f} µs per step"
    figure = f"not run: {found.not_run}" if found.not_run else figure
    text = f"round {number}  {found.work}  {found.contender}, {found.setting}: {figure}"
    print(text, file=sys.stderr, flush=True)


def tell_arrival(number: int, title: str, arrival: Arrival) -> None:
    """Say on standard error when a run arrived."""
    figure = f"{arrival.to_last_epoch:.1f} s to the last epoch"
    if arrival.to_target is not None:
        figure = f"{arrival.to_target:.1f} s to the target"
    figure = f"not run: {arrival.not_run}" if arrival.not_run else figure
    print(f"round {number}  {title}: {figure}", file=sys.stderr, flush=True)
