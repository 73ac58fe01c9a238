"""The training loop: fit, callbacks, history, checkpoints."""
