"""A training run in a process of its own: ``python train_until_killed.py FOLDER`` goes on with it.

Before each step it prints the step's number and waits for a line, or for the end of its input.
"""

import sys
from pathlib import Path

import chainrule
from chainrule.data import spirals
from chainrule.nn.feedforward import feedforward
from chainrule.optim import Adam
from chainrule.optim.lr_scheduler import CosineAnnealingLR
from chainrule.storage import save_model
from chainrule.training.callbacks import Callback
from chainrule.training.checkpoint import CHECKPOINT_FILE, Checkpoint
from chainrule.training.fit import fit
from chainrule.training.trainer import Trainer

EPOCHS = 60
STEPS = 15  # in an epoch
CHECKPOINT_EVERY = 4


class Steps(Callback):
    """Says which step comes next, and waits to be allowed it."""

    def on_step_start(self, trainer: Trainer) -> None:
        print(trainer.step, flush=True)
        sys.stdin.readline()


def main(folder: Path) -> None:
    """Train from the beginning, or from the checkpoint if there is one."""
    chainrule.manual_seed(0)
    model = feedforward([2, 16, 16, 3], "tanh", dropout=0.1)
    optimizer = Adam(model.parameters(), lr=0.02)
    history = fit(
        model,
        spirals(150, seed=0),
        optimizer=optimizer,
        scheduler=CosineAnnealingLR(optimizer, EPOCHS),
        epochs=EPOCHS,
        batch_size=10,
        seed=1,
        validation=spirals(60, seed=1),
        callbacks=[Checkpoint(folder, every_steps=CHECKPOINT_EVERY), Steps()],
        out=folder,
        resume=(folder / CHECKPOINT_FILE).exists(),
    )
    history.to_csv(folder / "history.csv")
    save_model(model, folder / "model.safetensors", class_names=["a", "b", "c"])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
