"""The training loop: fit, callbacks, history, checkpoints."""

from chainrule.training.callbacks import Callback as Callback
from chainrule.training.callbacks import EarlyStopping as EarlyStopping
from chainrule.training.callbacks import LambdaCallback as LambdaCallback
from chainrule.training.checkpoint import Checkpoint as Checkpoint
from chainrule.training.fit import fit as fit
from chainrule.training.history import EpochRow as EpochRow
from chainrule.training.history import History as History
from chainrule.training.inference import LoadedModel as LoadedModel
from chainrule.training.metrics import METRICS as METRICS
from chainrule.training.metrics import Metric as Metric
from chainrule.training.progress import ProgressBar as ProgressBar
from chainrule.training.run import RunOptions as RunOptions
from chainrule.training.run import execute as execute
