"""The operations of a step, one by one, in both directions; and the terminal's view of them."""

import io
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

import chainrule
from chainrule import nn
from chainrule.data import blobs
from chainrule.explain.time_travel import Moment, RecordedRun, reopen
from chainrule.explain.time_travel.viewer import Viewer
from chainrule.training import fit

X, Y = blobs(40, seed=1)


def network() -> nn.Sequential:
    chainrule.manual_seed(0)
    return nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 3))


@pytest.fixture
def run(tmp_path: Path) -> RecordedRun:
    fit(
        network(), (X, Y), epochs=2, batch_size=10, seed=0, record=tmp_path, optimizer="sgd", lr=0.5
    )
    return reopen(
        tmp_path, network(), (X, Y), epochs=2, batch_size=10, seed=0, optimizer="sgd", lr=0.5
    )


@pytest.fixture
def moment(run: RecordedRun) -> Moment:
    return run.at(5)


def test_events_are_forward_then_backward_then_the_update(moment: Moment) -> None:
    events = [(event.direction, event.name, event.module) for event in moment.walk()]
    assert events == [
        ("forward", "linear", "0"),
        ("forward", "tanh", "1"),
        ("forward", "linear", "2"),
        ("forward", "cross_entropy", None),
        ("backward", "cross_entropy", None),
        ("backward", "linear", "2"),
        ("backward", "tanh", "1"),
        ("backward", "linear", "0"),
        ("update", "0.weight", "0"),
        ("update", "0.bias", "0"),
        ("update", "2.weight", "2"),
        ("update", "2.bias", "2"),
    ]


def test_every_operation_follows_from_its_inputs_as_they_were_then(moment: Moment) -> None:
    first, second, third, loss = [*moment.walk()][:4]
    x, weight, bias = first.inputs
    assert (x == moment.inputs).all()
    assert (weight == moment.weights["0.weight"]).all()
    np.testing.assert_allclose(first.values, x @ weight.T + bias, rtol=1e-5)
    np.testing.assert_allclose(second.values, np.tanh(first.values), rtol=1e-5)
    assert (third.inputs[0] == second.values).all()
    assert loss.values == pytest.approx(moment.loss)


def test_gradients_follow_the_chain_rule(moment: Moment) -> None:
    events = [*moment.walk()]
    of_tanh, of_first = events[6], events[7]
    np.testing.assert_allclose(
        of_first.values, of_tanh.values * (1 - events[1].values ** 2), rtol=1e-4
    )
    of_last = events[5].values
    np.testing.assert_allclose(of_tanh.values, of_last @ moment.weights["2.weight"], rtol=1e-4)


def test_updates_follow_from_gradients(moment: Moment) -> None:
    update = [*moment.walk()][8]
    np.testing.assert_allclose(update.values, -0.5 * update.inputs[0], rtol=1e-4, atol=1e-7)


def test_one_goes_in_both_directions_and_stops_at_the_ends(moment: Moment) -> None:
    walk = moment.walk()
    assert walk.back() is walk.events[0]
    assert walk.forward() is walk.events[1]
    assert walk.forward().name == "linear"
    assert walk.back() is walk.events[1]
    assert walk.go(99) is walk.events[-1]
    assert walk.forward() is walk.events[-1]
    assert len(walk) == 12


def test_a_moment_stays_what_it_was_when_another_is_looked_at(run: RecordedRun) -> None:
    early = run.at(1)
    weight = early.walk().events[0].inputs[1].copy()
    run.at(7)
    assert (early.walk().events[0].inputs[1] == weight).all()
    assert "step=1" in repr(early)


def test_the_viewer_obeys(run: RecordedRun) -> None:
    viewer = Viewer(run, 2)
    assert viewer.obey("")
    assert viewer.walk.position == 1
    viewer.obey("b")
    assert viewer.walk.position == 0
    viewer.obey(">")
    assert viewer.moment.step == 3
    viewer.obey("<")
    viewer.obey("<")
    assert viewer.moment.step == 1
    viewer.obey("6")
    assert viewer.moment.step == 6
    viewer.obey("8")
    assert viewer.moment.step == 6
    assert "no step 8: they are numbered from 0 to 7" in viewer.message
    viewer.obey("fly")
    assert "no command 'fly'" in viewer.message
    assert not viewer.obey("q")


def test_the_picture_shows_the_step_its_events_and_the_numbers(run: RecordedRun) -> None:
    console = Console(width=100, record=True, file=io.StringIO())
    viewer = Viewer(run, 2)
    console.print(viewer.picture())
    text = console.export_text()
    assert "step 2 of 8  epoch 1, batch 3  10 samples" in text
    assert "▶ 0  linear in 0: (10, 2), (4, 2), (4,) → (10, 4)" in text
    assert "gradient of the output of tanh in 1" in text
    assert "mean" in text
