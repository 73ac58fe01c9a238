"""Saving and loading a state dict, and the evaluation mode that predictions need.

PyTorch writes a pickle, chainrule a .safetensors file, which holds no code; both under any name.

It runs on PyTorch as well: change the line that says so, and nothing else.
"""

import tempfile
from pathlib import Path

import chainrule as torch  # on PyTorch: import torch

nn, optim = torch.nn, torch.optim


class Net(nn.Module):
    """A network with two layers that behave differently while they learn."""

    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(10, 20)
        self.norm = nn.BatchNorm1d(20)
        self.dropout = nn.Dropout(0.2)
        self.fc2 = nn.Linear(20, 3)

    def forward(self, x):
        return self.fc2(self.dropout(torch.relu(self.norm(self.fc1(x)))))


torch.manual_seed(42)
x, labels = torch.randn(64, 10), torch.randint(0, 3, (64,))
model = Net()
optimizer = optim.Adam(model.parameters(), lr=0.01)
for _ in range(10):
    optimizer.zero_grad()
    nn.CrossEntropyLoss()(model(x), labels).backward()
    optimizer.step()

with tempfile.TemporaryDirectory() as folder:
    torch.save(model.state_dict(), Path(folder) / "model.pth")
    loaded = Net()
    print(loaded.load_state_dict(torch.load(Path(folder) / "model.pth")))

    # To go on training later, keep the optimiser's state as well.
    state = {"epoch": 10, "model": model.state_dict(), "optimizer": optimizer.state_dict()}
    torch.save(state, Path(folder) / "checkpoint.pth")
    state = torch.load(Path(folder) / "checkpoint.pth")

for name, saved in model.state_dict().items():
    print(name, tuple(saved.shape), "equal:", torch.equal(saved, loaded.state_dict()[name]))

with torch.no_grad():
    print("training: the same output twice?", torch.equal(loaded(x), loaded(x)))
loaded.load_state_dict(model.state_dict())  # batch normalisation has learned from these two
model.eval()
loaded.eval()
with torch.no_grad():
    print("evaluation: the same output twice?", torch.equal(loaded(x), loaded(x)))
    print("the same as before saving?", torch.equal(model(x), loaded(x)))

resumed = optim.Adam(loaded.parameters(), lr=0.5)
resumed.load_state_dict(state["optimizer"])
print("resumed at epoch", state["epoch"], "with learning rate", resumed.param_groups[0]["lr"])
