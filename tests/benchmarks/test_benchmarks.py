"""Comparisons: ratios from made-up measurements, rounds in processes, tables and plots."""

import json
import sys
from pathlib import Path

import pytest

from chainrule.benchmarks.compare import compare, is_dropped
from chainrule.benchmarks.comparison import Comparison, Ratio, Run, ratio_of
from chainrule.benchmarks.contender import Training
from chainrule.benchmarks.contenders import find_contender
from chainrule.benchmarks.measure import Measurement, measure
from chainrule.benchmarks.process import environment
from chainrule.benchmarks.race import OURS, Arrival, Race
from chainrule.benchmarks.results import Results
from chainrule.benchmarks.time_to_accuracy import Candidate, find_mnist, run
from chainrule.benchmarks.works import SWEEPS, Work, find_work
from chainrule.errors import DataNotFound


def made_up(contender: str, setting: str, *times: float, reason: str = "") -> Run:
    """A run with these times in seconds."""
    work = "4-16-8-3"
    if reason:
        return Run(contender, setting, [Measurement(contender, work, setting, reason)])
    found = [
        Measurement(contender, work, setting, "", time, 3.0 - number, 2**20, 3, 0.1)
        for number, time in enumerate(times)
    ]
    return Run(contender, setting, found)


def comparison() -> Comparison:
    """Three rounds in which the machine gets slower, and JAX wins."""
    return Comparison(
        "4-16-8-3",
        32,
        3,
        [
            made_up("chainrule-compiled", "1 thread", 2.0, 4.0, 8.0),
            made_up("chainrule-compiled", "all threads", 9.0),
            made_up("chainrule-eager", "1 thread", 20.0, 41.0, 81.0),
            made_up("pytorch", "1 thread, default Adam", 40.0, 80.0, 160.0),
            made_up("pytorch", "1 thread, fused Adam", 30.0, 40.0, 120.0),
            made_up("jax", "jit of an epoch", 1.0, 3.0, 6.0),
            made_up("scikit-learn", "1 thread", reason="sklearn is not installed"),
        ],
    )


def test_ratios_are_formed_within_each_round() -> None:
    found = comparison()
    figures = found.as_dict()["contenders"]
    assert figures["jax"]["ratio"] == 0.75
    assert figures["jax"]["ratio_range"] == [0.5, 0.75]
    assert figures["pytorch"]["setting"] == "1 thread, fused Adam"
    assert figures["pytorch"]["ratio_range"] == [10, 15]
    assert figures["chainrule-compiled"]["ratio"] == 1
    assert figures["scikit-learn"] == {"not_run": "sklearn is not installed"}


def test_losing_is_said_and_eager_is_held_against_eager() -> None:
    found = comparison()
    assert found.fastest_peer is not None
    assert found.fastest_peer.contender == "jax"
    pairs = {(ours.contender, theirs.contender): ratio for ours, theirs, ratio in found.pairs()}
    assert pairs[("chainrule-compiled", "jax")].verdict == "slower"
    assert pairs[("chainrule-eager", "pytorch")] == Ratio(120 / 81, 40 / 41, 1.5)
    assert pairs[("chainrule-eager", "pytorch")].verdict == "no difference seen"
    text = Results("", [found]).as_text()
    assert "chainrule compiled: 1.33 times slower than JAX" in text
    assert "not run: sklearn is not installed" in text
    assert text.index("JAX ") < text.index("chainrule compiled ")


def test_cold_is_the_first_round_and_warm_the_others() -> None:
    run = made_up("jax", "jit of an epoch", 1.0, 1.0, 1.0)
    assert (run.cold_seconds, run.warm_seconds) == (3.0, 1.5)
    assert made_up("jax", "jit of an epoch", 1.0).warm_seconds is None


def test_without_the_compiler_the_eager_engine_is_the_reference() -> None:
    runs = [
        made_up("chainrule-compiled", "1 thread", reason="not compilable: convolution"),
        made_up("chainrule-eager", "1 thread", 2.0),
        made_up("pytorch", "all threads, fused Adam", 3.0),
    ]
    found = Comparison("cnn", 64, 1, runs)
    assert found.reference is runs[1]
    assert [ratio for _, _, ratio in found.pairs()] == [ratio_of([3.0], [2.0])]
    assert "not run: not compilable: convolution" in Results("", [found]).as_text()


def test_settings_that_cannot_win_are_not_measured_again() -> None:
    runs = comparison().runs
    assert [is_dropped(run, runs, 2) for run in runs] == [False, True, *[False] * 4, True]
    assert not any(is_dropped(run, runs, 1) for run in runs)


def test_nobody_running_is_no_error(tmp_path: Path) -> None:
    found = Comparison("cnn", 64, 1, [made_up("jax", "jit of a step", reason="jax is not there")])
    results = Results("", [found])
    assert "not run: jax is not there" in results.as_text()
    assert len(results.write(tmp_path)) == 2


def test_plots_and_figures_are_written(tmp_path: Path) -> None:
    files = Results("", [comparison(), comparison()]).write(tmp_path)
    assert [file.name for file in files] == ["bench.json", "bench.png"]
    rows = json.loads(files[0].read_text())["rows"]
    assert [row["fastest_peer"] for row in rows] == ["jax", "jax"]
    sweep = [
        Comparison(work.name, 32, 1, [made_up("chainrule-compiled", "1 thread", 1e-5 * work.size)])
        for work in SWEEPS["width"]
    ]
    files = Results("width", sweep).write(tmp_path)
    assert files[1].name == "width.png"
    assert files[1].read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


@pytest.mark.slow
def test_rounds_are_interleaved_in_processes_of_their_own() -> None:
    seen: list[tuple[int, str]] = []
    contenders = [find_contender("chainrule-compiled"), find_contender("chainrule-eager")]
    found = compare(
        find_work("4-16-8-3"),
        contenders,
        2,
        0.1,
        lambda number, m: seen.append((number, m.contender)),
    )
    assert [number for number, _ in seen] == sorted(number for number, _ in seen)
    assert {name for _, name in seen} == {"chainrule-compiled", "chainrule-eager"}
    for contender in contenders:
        run = found.best(contender.name)
        assert run is not None, found.reason(contender.name)
        assert len(run.times) == 2
        assert run.peak_bytes > 2**20
    compiled = found.best("chainrule-compiled")
    assert compiled is not None
    assert compiled.warm_seconds is not None
    assert compiled.cold_seconds > compiled.warm_seconds  # machine code is found in the cache


def test_a_measurement_counts_steps_not_runs(tiny: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(1000))
    monkeypatch.setattr("chainrule.benchmarks.measure.time.perf_counter", lambda: next(clock))
    contender = find_contender("chainrule-eager")
    found = measure(_Fixed(contender), tiny, contender.settings[0], seconds=2.0)
    assert found.seconds_per_step == 1 / 16
    assert found.num_runs == 3
    assert found.loss == 0.5


class _Fixed:
    """A contender that does nothing."""

    packages = ("numpy",)

    def __init__(self, other: object) -> None:
        self.name = other.name

    def prepare(self, work: Work, setting: object) -> Training:
        return Training(lambda: 0.5, 16)


def test_a_process_gets_its_threads_and_a_cache_of_its_own(tmp_path: Path) -> None:
    one, every = find_contender("scikit-learn").settings
    assert environment(one, tmp_path)["OMP_NUM_THREADS"] == "1"
    assert "OMP_NUM_THREADS" not in environment(every, tmp_path)
    assert Path(environment(one, tmp_path)["CHAINRULE_CACHE"]).parent == tmp_path


SCRIPT = """
import sys
for epoch, accuracy in enumerate((0.9, 0.985, 0.97), 1):
    print(f"epoch {epoch}/3  validation accuracy {accuracy}", file=sys.stderr, flush=True)
"""


def test_the_clock_stops_at_the_first_epoch_with_the_accuracy() -> None:
    arrival = run(Candidate("x", (sys.executable, "-c", SCRIPT)), 0, 0.98)
    assert arrival.accuracies == (0.9, 0.985, 0.97)
    assert arrival.to_target is not None
    assert 0 < arrival.to_target <= arrival.to_last_epoch <= arrival.to_exit
    assert run(Candidate("x", (sys.executable, "-c", SCRIPT)), 0, 0.99).to_target is None


def test_a_script_without_its_library_is_not_run() -> None:
    arrival = run(Candidate("x", (sys.executable, "-c", "import nosuchpackage")), 0, 0.98)
    assert arrival.not_run == "nosuchpackage is not installed"


def test_races_compare_by_round_and_name_what_failed() -> None:
    arrivals = {
        OURS: [Arrival(2.0, 4.0, 5.0, (0.98, 0.99)), Arrival(None, 5.0, 6.0, (0.9, 0.97))],
        "PyTorch, 1 thread": [Arrival(6.0, 7.0, 8.0, (0.99,)), Arrival(10.0, 11.0, 12.0, (0.99,))],
        "PyTorch, 2 threads": [Arrival(not_run="torch is not installed")],
    }
    found = Race(0.98, 2, arrivals)
    assert found.ratio() == Ratio(2.5, 2.0, 3.0)
    text = Results(race=found).as_text()
    assert "reached in 1 of 2 rounds" in text
    assert "not run: torch is not installed" in text
    assert json.loads(json.dumps(found.as_dict()))["verdict"] == "faster"


def test_missing_mnist_names_the_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAINRULE_DATA", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with pytest.raises(DataNotFound, match=str(tmp_path)):
        find_mnist(tmp_path)
    (tmp_path / "mnist").mkdir()
    (tmp_path / "mnist" / "train-images-idx3-ubyte.gz").touch()
    assert find_mnist(tmp_path) == tmp_path / "mnist"
