"""An epoch of MNIST in float64: ``mnist_run.py FOLDER_WITH_IDX_FILES WEIGHTS.npz``, or by torchrun.

In float32 two ways to add up the same numbers differ in the last bit, and 1,875 steps of Adam make
a tenth of that; in float64 only an error in the method could.
"""

import os
import sys

import numpy as np

import chainrule
from chainrule import nn
from chainrule.data import load
from chainrule.training import fit


def main() -> None:
    chainrule.set_default_dtype(chainrule.float64)
    chainrule.manual_seed(0)
    split = load("mnist", data_dir=sys.argv[1])
    model = nn.Sequential(
        nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10)
    )
    fit(model, (split.x_train, split.y_train), epochs=1, engine="torch", device="cpu", seed=1)
    if os.environ.get("RANK", "0") == "0":
        state = model.state_dict()
        np.savez(sys.argv[2], **{path: tensor.array for path, tensor in state.items()})


if __name__ == "__main__":
    main()
