"""Modules, losses, optimisers and a state dict, as a first PyTorch script writes them."""

import os
import tempfile
from collections import OrderedDict

import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim
from torch.optim.lr_scheduler import StepLR

torch.manual_seed(42)


class Net(nn.Module):
    def __init__(self, inputs, hidden, outputs):
        super().__init__()
        self.fc1 = nn.Linear(inputs, hidden)
        self.norm = nn.BatchNorm1d(hidden)
        self.dropout = nn.Dropout(0.2)
        self.fc2 = nn.Linear(hidden, outputs)

    def forward(self, x):
        x = F.relu(self.norm(self.fc1(x)))
        return self.fc2(self.dropout(x))


net = Net(10, 20, 3)
print(net)
for name, parameter in net.named_parameters():
    print(name, tuple(parameter.shape), parameter.requires_grad)
print(sum(p.numel() for p in net.parameters() if p.requires_grad))
print(list(net.state_dict()))

sequential = nn.Sequential(
    OrderedDict([("fc1", nn.Linear(10, 8)), ("act", nn.ReLU()), ("fc2", nn.Linear(8, 3))])
)
sequential.add_module("out", nn.Softmax(dim=1))
print(sequential, [name for name, _ in sequential.named_children()], sequential[0], len(sequential))

x, y = torch.randn(64, 10), torch.randint(0, 3, (64,))
criterion = nn.CrossEntropyLoss()
for make in (
    lambda p: optim.SGD(p, lr=0.1, momentum=0.9),
    lambda p: optim.RMSprop(p, lr=0.01),
    lambda p: optim.Adam(p, lr=0.01),
    lambda p: optim.AdamW(p, lr=0.01, weight_decay=0.01),
):
    model = Net(10, 20, 3)
    optimizer = make(model.parameters())
    scheduler = StepLR(optimizer, step_size=10, gamma=0.5)
    model.train()
    losses = []
    for step in range(30):
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm=5.0)
        optimizer.step()
        scheduler.step()
        losses.append(loss.item())
    print(type(optimizer).__name__, losses[-1] < losses[0], optimizer.param_groups[0]["lr"])

print(criterion(torch.tensor([[2.0, 1.0, 0.1]]), torch.tensor([0])))
print(nn.MSELoss()(torch.tensor([2.5, 0.0, 2.1]), torch.tensor([3.0, -0.5, 2.0])))
print(nn.BCEWithLogitsLoss()(torch.tensor([0.0]), torch.tensor([1.0])))

model.eval()
path = os.path.join(tempfile.mkdtemp(), "model.pth")
torch.save(model.state_dict(), path)
loaded = Net(10, 20, 3)
print(loaded.load_state_dict(torch.load(path)))
loaded.eval()
with torch.no_grad():
    print(torch.equal(model(x), loaded(x)))

print(nn.Conv2d(3, 16, kernel_size=3, padding=1)(torch.randn(4, 3, 32, 32)).shape)
print(nn.Embedding(1000, 64)(torch.randint(0, 1000, (2, 5))).shape)
print(nn.MaxPool2d(2)(torch.randn(1, 3, 8, 8)).shape, nn.Flatten()(torch.randn(2, 3, 4)).shape)
for activation in (nn.ReLU(), nn.Sigmoid(), nn.Tanh(), nn.LeakyReLU(0.01), nn.PReLU(), nn.ELU(),
                   nn.GELU(), nn.SiLU(), nn.Softmax(dim=0)):  # fmt: skip
    print(activation, activation(torch.tensor([-1.0, 0.0, 2.0])))
