"""chainrule, the training step compiled to one program that runs whole epochs."""

import numpy as np

from chainrule import nn, optim
from chainrule.benchmarks.contender import THREADS, Contender, NotRun, Setting, Training
from chainrule.benchmarks.contenders.modules import build_model
from chainrule.benchmarks.works import LEARNING_RATE, Work, make_data
from chainrule.compiler.program import compile
from chainrule.compiler.refusal import NotCompilable
from chainrule.randomness import manual_seed


def prepare(work: Work, setting: Setting) -> Training:
    """Compile the network's training step.

    Raises:
        NotRun: if the compiler cannot do this network.
    """
    manual_seed(0)
    x, y = make_data(work)
    model = build_model(nn, work)
    optimizer = optim.Adam(model.parameters(), lr=LEARNING_RATE)
    samples = slice(0, work.batch_size)
    try:
        program = compile(
            *(model, nn.CrossEntropyLoss(), optimizer, x[samples], y[samples]),
            threads=setting.threads,
        )
    except NotCompilable as error:
        raise NotRun(f"not compilable: {error}") from None
    random = np.random.default_rng(0)

    def run() -> float:
        losses, _ = program.epoch(x, y, random.permutation(len(x)), work.batch_size)
        return float(losses.mean())

    return Training(run, work.num_batches)


CHAINRULE_COMPILED = Contender(
    "chainrule-compiled", "chainrule compiled", THREADS, prepare, ("numba", "numpy"), is_ours=True
)
