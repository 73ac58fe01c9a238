"""A classifier of MNIST's handwritten digits: 784-256-128-10 with ReLU and dropout.

    python pytorch_mnist.py FOLDER [--images 60000] [--epochs 5] [--seed 0]

FOLDER holds MNIST's four files, packed (.gz) or not. ``chainrule train mnist`` downloads them to
the user's cache, on Linux ~/.cache/chainrule/mnist.

It runs on PyTorch as well: change the line that says so, and nothing else.
"""

import argparse
import gzip
from pathlib import Path

import numpy as np

import chainrule as torch  # on PyTorch: import torch

nn, optim = torch.nn, torch.optim
DataLoader, TensorDataset = torch.utils.data.DataLoader, torch.utils.data.TensorDataset

parser = argparse.ArgumentParser()
parser.add_argument("folder", type=Path, help="where MNIST's four files are")
parser.add_argument("--images", type=int, default=60_000, help="how many to learn from")
parser.add_argument("--epochs", type=int, default=5, help="how often to go through them")
parser.add_argument("--seed", type=int, default=0, help="of all random choices")
arguments = parser.parse_args()


def read(name, header):
    """Return the bytes of a file behind its header."""
    packed, unpacked = arguments.folder / f"{name}.gz", arguments.folder / name
    content = gzip.decompress(packed.read_bytes()) if packed.exists() else unpacked.read_bytes()
    return np.frombuffer(content, np.uint8, offset=header)


def load(part, count):
    """Return the first images of a part, standardised by mean and deviation, with labels."""
    pixels = torch.from_numpy(read(f"{part}-images-idx3-ubyte", 16).astype(np.float32))
    labels = torch.from_numpy(read(f"{part}-labels-idx1-ubyte", 8).astype(np.int64))
    images = (pixels.view(-1, 784)[:count] / 255 - 0.1307) / 0.3081
    return TensorDataset(images, labels[:count])


class MNISTClassifier(nn.Module):
    """Two hidden layers; dropout keeps them from learning images by heart."""

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(784, 256),
            nn.ReLU(),
            nn.Dropout(0.2),
            nn.Linear(256, 128),
            nn.ReLU(),
            nn.Dropout(0.2),
            nn.Linear(128, 10),
        )

    def forward(self, x):
        return self.layers(x)


def train(model, loader, criterion, optimizer):
    """Go through the data once; return the mean loss and the share that was right meanwhile."""
    model.train()
    total_loss, right = 0.0, 0
    for images, labels in loader:
        optimizer.zero_grad()
        outputs = model(images)
        loss = criterion(outputs, labels)
        loss.backward()
        optimizer.step()
        total_loss += loss.item()
        right += (outputs.argmax(dim=1) == labels).sum().item()
    return total_loss / len(loader), right / len(loader.dataset)


def evaluate(model, loader):
    """Return the share of the images that are recognised."""
    model.eval()
    right = 0
    with torch.no_grad():
        for images, labels in loader:
            right += (model(images).argmax(dim=1) == labels).sum().item()
    return right / len(loader.dataset)


torch.manual_seed(arguments.seed)
train_loader = DataLoader(load("train", arguments.images), batch_size=32, shuffle=True)
test_loader = DataLoader(load("t10k", 10_000), batch_size=1000)
model = MNISTClassifier()
criterion = nn.CrossEntropyLoss()
optimizer = optim.Adam(model.parameters(), lr=0.001)
print("parameters:", sum(parameter.numel() for parameter in model.parameters()))
for epoch in range(1, arguments.epochs + 1):
    loss, train_accuracy = train(model, train_loader, criterion, optimizer)
    test_accuracy = evaluate(model, test_loader)
    print(f"epoch {epoch}: loss {loss:.4f}, train {train_accuracy:.2%}, test {test_accuracy:.2%}")
