"""scikit-learn's MLPClassifier, and chainrule's with the same arguments: whole calls of fit."""

import warnings
from typing import Any

from chainrule import estimators
from chainrule.benchmarks.contender import THREADS, Contender, NotRun, Setting, Training
from chainrule.benchmarks.works import BETAS, EPSILON, LEARNING_RATE, Work, make_data

EPOCHS, EPOCHS_OF_SMALL = 1, 25
SMALL = 100  # units in a layer; of such networks people train many epochs, in a moment


def prepare(work: Work, setting: Setting) -> Training:
    """Make scikit-learn's estimator.

    Raises:
        NotRun: if it has no such network.
    """
    del setting  # NumPy takes its threads from the environment
    from sklearn.neural_network import MLPClassifier

    return train_by_fit(MLPClassifier, work)


def prepare_ours(work: Work, setting: Setting) -> Training:
    """Make chainrule's estimator.

    Raises:
        NotRun: if it has no such network.
    """
    del setting
    return train_by_fit(estimators.MLPClassifier, work)


def train_by_fit(estimator: Any, work: Work) -> Training:
    """Return calls of ``fit``, each from new weights, for a few epochs."""
    if not work.is_plain:
        raise NotRun("MLPClassifier has fully connected layers without dropout only")
    x, y = make_data(work)
    epochs = EPOCHS_OF_SMALL if max(work.hidden_sizes) < SMALL else EPOCHS
    model = estimator(
        work.hidden_sizes,
        batch_size=work.batch_size,
        learning_rate_init=LEARNING_RATE,
        beta_1=BETAS[0],
        beta_2=BETAS[1],
        epsilon=EPSILON,
        alpha=0.0,
        max_iter=epochs,
        n_iter_no_change=epochs + 1,
        random_state=0,
    )

    def run() -> float:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # both say that training could go on
            return float(model.fit(x, y).loss_)

    return Training(run, epochs * work.num_batches)


SCIKIT_LEARN = Contender(
    "scikit-learn", "scikit-learn MLPClassifier", THREADS, prepare, ("scikit-learn", "numpy")
)
CHAINRULE_ESTIMATOR = Contender(
    "chainrule-estimator",
    "chainrule MLPClassifier",
    *(THREADS, prepare_ours, ("scikit-learn", "numpy")),
    is_ours=True,
)
