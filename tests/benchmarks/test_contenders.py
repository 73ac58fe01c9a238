"""Every contender trains: the loss falls; what cannot run says why."""

import importlib.util
import math
import sys
from collections.abc import Iterator

import pytest

from chainrule.benchmarks.contender import Contender, NotRun, Setting
from chainrule.benchmarks.contenders import CONTENDERS, find_contender
from chainrule.benchmarks.layers import (
    Convolution,
    Embedding,
    Flatten,
    Linear,
    MaxPooling,
    ReLU,
)
from chainrule.benchmarks.measure import find_setting, measure
from chainrule.benchmarks.works import ALL_WORKS, Work, dense, find_work, make_data
from chainrule.errors import InvalidArgument

PEERS = {"jax": "jax", "pytorch": "torch", "pytorch-compiled": "torch", "scikit-learn": "sklearn"}
MAX_RUNS = 60
FALLEN = 0.7  # of the loss of a network that knows nothing

SMALL_WORKS = (
    dense((4, 16, 3), 8, num_batches=128),
    dense((4, 16, 3), 8, name="dropout", dropout=0.2, num_batches=128),
    Work(
        "pictures",
        (Convolution(1, 4), ReLU(), MaxPooling(), Flatten(), Linear(4 * 3 * 3, 3)),
        sample_shape=(1, 6, 6),
        num_classes=3,
        batch_size=8,
        num_batches=128,
    ),
    Work(
        "words",
        (Embedding(20, 8), Flatten(), Linear(32, 3)),
        sample_shape=(4,),
        num_classes=3,
        batch_size=8,
        num_batches=128,
        num_words=20,
    ),
)
VARIANTS = [
    pytest.param(contender, setting, id=f"{contender.name}-{option or 'only'}")
    for contender in CONTENDERS
    for option, setting in {setting.option: setting for setting in contender.settings}.items()
]
"""Every contender with each of its options; the number of threads makes no other program."""


@pytest.fixture
def untouched_torch() -> Iterator[None]:
    """Give PyTorch its threads back, and have it forget what it compiled."""
    if importlib.util.find_spec("torch") is None:
        yield
        return
    import torch

    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)
    torch.compiler.reset()


@pytest.mark.slow
@pytest.mark.usefixtures("untouched_torch")
@pytest.mark.filterwarnings("ignore")  # the peers' own
@pytest.mark.parametrize("work", SMALL_WORKS, ids=lambda work: work.name)
@pytest.mark.parametrize(("contender", "setting"), VARIANTS)
def test_every_contender_trains(contender: Contender, setting: Setting, work: Work) -> None:
    peer = PEERS.get(contender.name)
    if peer and importlib.util.find_spec(peer) is None:
        pytest.skip(f"{peer} is not installed")
    try:
        training = contender.prepare(work, setting)
    except NotRun as reason:
        pytest.skip(str(reason))
    enough = FALLEN * math.log(work.num_classes)
    assert any(training.run() < enough for _ in range(MAX_RUNS))
    assert training.num_steps % work.num_batches == 0


@pytest.mark.parametrize(("name", "package"), PEERS.items())
def test_a_missing_peer_is_a_reason_not_an_error(
    name: str, package: str, tiny: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in [m for m in sys.modules if m.partition(".")[0] == package]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setattr(sys, "meta_path", [_Absent(package), *sys.meta_path])
    contender = find_contender(name)
    found = measure(contender, tiny, contender.settings[0], seconds=0.01)
    assert found.not_run == f"{package} is not installed"


class _Absent:
    """Finds that one package is not there."""

    def __init__(self, package: str) -> None:
        self.package = package

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name.partition(".")[0] == self.package:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def test_estimators_say_what_they_cannot_do() -> None:
    contender = find_contender("scikit-learn")
    with pytest.raises(NotRun, match="without dropout"):
        contender.prepare(find_work("784-256-128-10"), contender.settings[0])


def test_names_of_works_contenders_and_settings_are_distinct() -> None:
    for names in (
        [work.name for work in ALL_WORKS],
        [contender.name for contender in CONTENDERS],
        *([setting.name for setting in contender.settings] for contender in CONTENDERS),
    ):
        assert len(set(names)) == len(names)


def test_unknown_names_list_the_known_ones() -> None:
    with pytest.raises(InvalidArgument, match=r"no row '1-2'.*784-256-128-10"):
        find_work("1-2")
    with pytest.raises(InvalidArgument, match=r"no contender 'caffe'.*scikit-learn"):
        find_contender("caffe")
    with pytest.raises(InvalidArgument, match=r"jax has no setting 'quick'.*jit of a step"):
        find_setting(find_contender("jax"), "quick")


@pytest.mark.parametrize("work", SMALL_WORKS, ids=lambda work: work.name)
def test_data_come_from_the_seed_and_have_all_classes(work: Work) -> None:
    x, y = make_data(work)
    again, _ = make_data(work)
    assert (x == again).all()
    assert x.shape == (work.num_samples, *work.sample_shape)
    assert x.dtype == ("int64" if work.num_words else "float32")
    assert set(y.tolist()) == set(range(work.num_classes))
