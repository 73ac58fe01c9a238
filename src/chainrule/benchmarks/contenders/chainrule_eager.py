"""chainrule, one operation after the other."""

from chainrule import nn, optim
from chainrule.autograd.creation import from_numpy
from chainrule.autograd.random_creation import randperm
from chainrule.benchmarks.contender import THREADS, Contender, Setting, Training
from chainrule.benchmarks.contenders.modules import build_model, train_in_batches
from chainrule.benchmarks.works import LEARNING_RATE, Work, make_data
from chainrule.randomness import manual_seed


def prepare(work: Work, setting: Setting) -> Training:
    """Build the network."""
    del setting  # NumPy takes its threads from the environment
    manual_seed(0)
    x, y = map(from_numpy, make_data(work))
    model, loss = build_model(nn, work), nn.CrossEntropyLoss()
    optimizer = optim.Adam(model.parameters(), lr=LEARNING_RATE)
    return train_in_batches(work, lambda a, b: loss(model(a), b), optimizer, x, y, randperm)


CHAINRULE_EAGER = Contender(
    "chainrule-eager", "chainrule eager", THREADS, prepare, ("numpy",), is_ours=True
)
