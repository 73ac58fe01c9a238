"""What ``chainrule train mnist`` does, as a plain PyTorch script.

    python -m chainrule.benchmarks.pytorch_mnist DIR [--threads 2] [--device cpu] [--epochs 5]

Reads the four IDX files, trains 784-256-128-10 with dropout 0.2, Adam and a cosine schedule on
batches of 32 taken by index from the device's memory, and prints the test accuracy after every
epoch.
"""

import argparse
import gzip
from pathlib import Path

import numpy as np

from chainrule.array_types import Array

BATCH_SIZE = 32
TEST_BATCH_SIZE = 1024
LEARNING_RATE = 0.001
DROPOUT = 0.2
HEADER_BYTES = {"images": 16, "labels": 8}


def read(folder: Path, part: str, kind: str) -> Array:
    """Return the bytes behind the header of an IDX file, packed or not."""
    name = f"{part}-{kind}-idx{3 if kind == 'images' else 1}-ubyte"
    packed = folder / f"{name}.gz"
    content = gzip.decompress(packed.read_bytes()) if packed.exists() else None
    content = (folder / name).read_bytes() if content is None else content
    return np.frombuffer(content, np.uint8, offset=HEADER_BYTES[kind])


def load(folder: Path, part: str) -> tuple[Array, Array]:
    """Return pixels from 0 to 1, 784 to a picture, and labels."""
    images = read(folder, part, "images").reshape(-1, 784).astype(np.float32)
    images /= 255
    return images, read(folder, part, "labels").astype(np.int64)


def main() -> None:
    """Train and report."""
    parser = argparse.ArgumentParser(description="MNIST in plain PyTorch.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()

    import torch
    from torch import nn

    torch.set_num_threads(given.threads)
    torch.manual_seed(given.seed)
    x, y, x_test, y_test = (
        torch.from_numpy(array).to(given.device)
        for part in ("train", "t10k")
        for array in load(given.folder, part)
    )
    model = nn.Sequential(
        *(nn.Linear(784, 256), nn.ReLU(), nn.Dropout(DROPOUT)),
        *(nn.Linear(256, 128), nn.ReLU(), nn.Dropout(DROPOUT)),
        nn.Linear(128, 10),
    ).to(given.device)
    loss_function = nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE, fused=True)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, given.epochs)
    for epoch in range(1, given.epochs + 1):
        model.train()
        for rows in torch.split(torch.randperm(len(x), device=given.device), BATCH_SIZE):
            optimizer.zero_grad()
            loss_function(model(x[rows]), y[rows]).backward()
            optimizer.step()
        schedule.step()
        model.eval()
        with torch.inference_mode():
            batches = zip(
                *(torch.split(part, TEST_BATCH_SIZE) for part in (x_test, y_test)), strict=True
            )
            right = sum(int((model(a).argmax(dim=1) == b).sum()) for a, b in batches)
        accuracy = right / len(x_test)
        print(f"epoch {epoch}/{given.epochs}  validation accuracy {accuracy:.4f}", flush=True)


if __name__ == "__main__":
    main()
