"""Progress: plain lines where nobody watches, a bar in a terminal."""

import re
import sys

import pytest

from chainrule.data import blobs
from chainrule.training import EpochRow, ProgressBar, fit
from chainrule.training.progress import describe
from training.helpers import figures, network, regression, weights

X, Y = blobs(40, seed=1)


def test_without_a_terminal_each_epoch_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    history = fit(network(), (X, Y), epochs=3, seed=0, validation=(X, Y), callbacks=[ProgressBar()])
    written = capsys.readouterr()
    assert written.out == ""
    first, *lines = written.err.splitlines()
    assert first == (
        "training 67 parameters on 40 samples, 3 epochs, engine eager (too little work to be worth "
        "compiling)"
    )
    assert len(lines) == 3
    for row, line in zip(history, lines, strict=True):
        expected = (
            f"epoch {row.epoch}/3  loss {row.loss:.4f}  accuracy {row.accuracy:.4f}  "
            f"validation loss {row.validation_loss:.4f}  "
            f"validation accuracy {row.validation_accuracy:.4f}  "
        )
        assert line.startswith(expected)
        assert re.fullmatch(r"[\d,]+ samples/s", line.removeprefix(expected))
    assert not re.search(r"[\r\x1b]", written.err)


def test_in_a_terminal_a_bar_is_shown_and_taken_away(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "160")
    progress = ProgressBar()
    model = network()
    history = fit(model, (X, Y), epochs=2, batch_size=8, seed=0, callbacks=[progress])
    text = capsys.readouterr().err
    for row in history:
        assert f"epoch {row.epoch}/2  loss {row.loss:.4f}" in text
    assert "10/10" in text
    plain = network()
    assert figures(fit(plain, (X, Y), epochs=2, batch_size=8, seed=0)) == figures(history)
    assert weights(plain) == weights(model)


def test_a_bar_is_closed_after_an_interruption(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Interrupt(ProgressBar):
        def on_epoch_start(self, trainer: object) -> None:
            raise KeyboardInterrupt

    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    progress = Interrupt()
    with pytest.raises(KeyboardInterrupt):
        fit(network(), (X, Y), epochs=2, callbacks=[progress])
    assert "training 67 parameters" in capsys.readouterr().err
    assert progress._bar is None


def test_a_regression_shows_no_accuracy(capsys: pytest.CaptureFixture[str]) -> None:
    fit(network(1), regression(), epochs=1, callbacks=[ProgressBar()])
    assert "accuracy" not in capsys.readouterr().err


def test_a_row_is_described_in_one_line() -> None:
    row = EpochRow(1, 0.5, {"accuracy": 0.25}, 0.125, {}, 1.0, 12345.6, 0.1)
    assert describe(row) == "loss 0.5000  accuracy 0.2500  validation loss 0.1250  12,346 samples/s"
    assert "validation" not in describe(EpochRow(1, 0.5, {}, None, {}, 1.0, 1.0, 0.1))
