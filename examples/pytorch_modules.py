"""Modules: a layer, and a network of one's own as a class.

It runs on PyTorch as well: change the line that says so, and nothing else.
"""

import chainrule as torch  # on PyTorch: import torch

nn = torch.nn


class SimpleNet(nn.Module):
    """Two layers with ReLU between them."""

    def __init__(self, inputs, hidden, outputs):
        super().__init__()
        self.fc1 = nn.Linear(inputs, hidden)
        self.relu = nn.ReLU()
        self.fc2 = nn.Linear(hidden, outputs)

    def forward(self, x):
        return self.fc2(self.relu(self.fc1(x)))


layer = nn.Linear(3, 2)
with torch.no_grad():
    layer.weight.copy_(torch.tensor([[1.0, 2.0, 3.0], [0.0, 0.0, 1.0]]))
    layer.bias.fill_(0.5)
print(layer, "computes x W^T + b:", layer(torch.tensor([1.0, 1.0, 1.0])).detach())

network = SimpleNet(10, 20, 3)
print(network)
for name, parameter in network.named_parameters():
    print(name, tuple(parameter.shape), parameter.requires_grad)
print("parameters:", sum(p.numel() for p in network.parameters() if p.requires_grad))
print("from", (5, 10), "to", tuple(network(torch.randn(5, 10)).shape))
