"""The MNIST classifier 784-256-128-10 with dropout, as a first PyTorch script writes it.

Usage: mnist.py FOLDER_WITH_IDX_FILES NUMBER_OF_TRAINING_IMAGES
"""

import gzip
import sys

import numpy as np
import torch
from torch import nn, optim
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)


def read(name, offset):
    with gzip.open(f"{sys.argv[1]}/{name}.gz") as file:
        return np.frombuffer(file.read(), np.uint8, offset=offset)


def images(name):
    pixels = torch.from_numpy(read(name, 16).astype(np.float32)).view(-1, 784)
    return (pixels / 255 - 0.1307) / 0.3081


def labels(name):
    return torch.from_numpy(read(name, 8).astype(np.int64))


count = int(sys.argv[2])
train = TensorDataset(
    images("train-images-idx3-ubyte")[:count], labels("train-labels-idx1-ubyte")[:count]
)
test = TensorDataset(images("t10k-images-idx3-ubyte"), labels("t10k-labels-idx1-ubyte"))
train_loader = DataLoader(train, batch_size=32, shuffle=True)
test_loader = DataLoader(test, batch_size=1000)


class MNISTClassifier(nn.Module):
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


model = MNISTClassifier()
criterion = nn.CrossEntropyLoss()
optimizer = optim.Adam(model.parameters(), lr=0.001)
model.train()
for x, y in train_loader:
    optimizer.zero_grad()
    loss = criterion(model(x), y)
    loss.backward()
    optimizer.step()
model.eval()
correct = 0
with torch.no_grad():
    for x, y in test_loader:
        correct += (model(x).argmax(1) == y).sum().item()
print(correct / len(test))
