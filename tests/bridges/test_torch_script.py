"""A network as a Python file for PyTorch: it runs on its own and computes the same."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import chainrule
from chainrule import nn
from chainrule.bridges.torch.script import write_torch_script
from chainrule.errors import InvalidArgument, InvalidType

USE = """
import sys, numpy as np, torch
sys.path.insert(0, {folder!r})
import net
assert "chainrule" not in sys.modules
np.save({out!r}, net.load()(torch.from_numpy(np.load({inputs!r}))).detach().numpy())
"""


def test_the_file_runs_without_us_and_computes_the_same(tmp_path: Path) -> None:
    chainrule.manual_seed(0)
    model = nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1, bias=False),
        nn.BatchNorm2d(4),
        nn.LeakyReLU(0.2),
        nn.MaxPool2d((2, 2)),
        nn.Flatten(),
        nn.Dropout(0.3),
    )
    model.add_module("head", nn.Sequential(nn.Linear(36, 8), nn.Tanh(), nn.Linear(8, 3)))
    x = np.random.default_rng(0).normal(size=(5, 1, 6, 6)).astype(np.float32)
    model(chainrule.from_numpy(x))
    model.eval()
    script, weights = write_torch_script(model, tmp_path / "net.py", class_names=["a", "b", "c"])
    assert script.exists()
    assert weights.exists()
    assert "CLASS_NAMES = ['a', 'b', 'c']" in script.read_text()
    inputs, out = tmp_path / "x.npy", tmp_path / "y.npy"
    np.save(inputs, x)
    use = USE.format(folder=str(tmp_path), out=str(out), inputs=str(inputs))
    subprocess.run([sys.executable, "-c", use], check=True, timeout=120)
    expected = model(chainrule.from_numpy(x)).detach().array
    np.testing.assert_allclose(np.load(out), expected, rtol=1e-5, atol=1e-6)


class Own(nn.Module):
    """A class of one's own."""


def test_what_a_file_would_not_say_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidType, match=r"Module '1' is of the class Own, which is not one of"):
        write_torch_script(nn.Sequential(nn.ReLU(), Own()), tmp_path / "net.py")
    with pytest.raises(InvalidType, match="class Step"):
        write_torch_script(nn.Step(), tmp_path / "net.py")
    layer = nn.Linear(2, 2)
    with pytest.raises(InvalidArgument, match="a parameter in two places"):
        write_torch_script(nn.Sequential(layer, layer), tmp_path / "net.py")
    assert not [*tmp_path.iterdir()]
