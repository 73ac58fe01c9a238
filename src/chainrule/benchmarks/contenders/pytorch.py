"""PyTorch, one operation after the other."""

from typing import Any

from chainrule.benchmarks.contender import Contender, NotRun, Setting, Training
from chainrule.benchmarks.contenders.modules import build_model, train_in_batches
from chainrule.benchmarks.works import LEARNING_RATE, Work, make_data

ADAMS = ("default", "foreach", "fused")
CHANNELS_LAST = "channels last"

SETTINGS = (
    *(Setting(f"1 thread, {adam} Adam", one_thread=True, option=adam) for adam in ADAMS),
    *(Setting(f"all threads, {adam} Adam", option=adam) for adam in ADAMS),
    Setting("all threads, fused Adam, channels last", option=CHANNELS_LAST),
)


def prepare(work: Work, setting: Setting) -> Training:
    """Build the network.

    Raises:
        NotRun: if pictures are to be laid out in another way, and there are none.
    """
    import torch

    if setting.option == CHANNELS_LAST and not work.has_pictures:
        raise NotRun("there are no pictures to lay out with their channels last")
    torch.set_num_threads(setting.threads)
    torch.manual_seed(0)
    x, y = map(torch.from_numpy, make_data(work))
    model, loss = build_model(torch.nn, work), torch.nn.CrossEntropyLoss()
    adam = setting.option
    if adam == CHANNELS_LAST:
        adam = "fused"
        x = x.to(memory_format=torch.channels_last)
        model = model.to(memory_format=torch.channels_last)
    chosen: dict[str, Any] = {} if adam == "default" else {adam: True}
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE, **chosen)
    return train_in_batches(work, lambda a, b: loss(model(a), b), optimizer, x, y, torch.randperm)


PYTORCH = Contender("pytorch", "PyTorch eager", SETTINGS, prepare, ("torch",))
