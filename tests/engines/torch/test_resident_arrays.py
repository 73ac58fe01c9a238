"""Which arrays stay on a GPU: those that are used again, and no longer than they exist."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from chainrule.engines.torch.batches import Batches, DeviceRows


@pytest.fixture
def batches(monkeypatch: pytest.MonkeyPatch) -> Batches:
    """As on a GPU, whose memory is the computer's own here."""
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda _: (1 << 30, 1 << 30))
    monkeypatch.setattr(torch.Tensor, "to", lambda tensor, _: tensor.clone())
    device: Any = SimpleNamespace(type="cuda")
    return Batches(device, 0, 1)


def test_an_array_goes_to_the_gpu_once(batches: Batches) -> None:
    array = np.zeros((4, 2), np.float32)
    first, again = batches._taker(array), batches._taker(array)
    assert isinstance(first, DeviceRows)
    assert isinstance(again, DeviceRows)
    assert first.tensor is again.tensor


def test_arrays_that_are_gone_leave_the_gpu(batches: Batches) -> None:
    kept = np.zeros((4, 2), np.float32)
    batches._taker(kept)
    for _ in range(5):
        batches._taker(np.zeros((4, 2), np.float32))
    batches._taker(kept)
    assert [known() is kept for known, _ in batches._resident] == [True]
