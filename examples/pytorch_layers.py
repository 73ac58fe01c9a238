"""The usual layers, what they do to a shape, and the activations on three numbers.

It runs on PyTorch as well: change the line that says so, and nothing else.
"""

import chainrule as torch  # on PyTorch: import torch

nn = torch.nn


def show(layer, inputs):
    """Print a layer with the shapes that go in and come out, and return its output."""
    outputs = layer(inputs)
    numbers = sum(parameter.numel() for parameter in layer.parameters())
    print(f"{layer}: {tuple(inputs.shape)} to {tuple(outputs.shape)}, {numbers} parameters")
    return outputs


torch.manual_seed(42)
images = torch.randn(4, 3, 32, 32)
show(nn.Linear(10, 5), torch.randn(4, 10))
show(nn.Conv2d(3, 16, kernel_size=3, padding=1), images)
show(nn.MaxPool2d(2), images)
show(nn.Flatten(), images)
show(nn.Embedding(1000, 64), torch.randint(0, 1000, (4, 7)))

normal = show(nn.BatchNorm1d(20), 5 + 3 * torch.randn(100, 20))
print("  each feature then has mean 0:", normal.mean(dim=0).abs().max().item() < 1e-5)
print("  and variance 1:", (normal.var(dim=0, unbiased=False) - 1).abs().max().item() < 1e-4)

dropout = nn.Dropout(0.5)
dropped = show(dropout, torch.ones(100, 100))
print("  dropped or doubled:", sorted(set(dropped.flatten().tolist())))
print("  about half of them:", abs(dropped.mean().item() - 1) < 0.05)
print("  in evaluation all pass:", torch.equal(dropout.eval()(images), images))

activations = (
    nn.ReLU(), nn.Sigmoid(), nn.Tanh(), nn.LeakyReLU(0.01), nn.PReLU(), nn.ELU(), nn.GELU(),
    nn.SiLU(), nn.Softmax(dim=0),
)  # fmt: skip
for activation in activations:
    print(f"{activation}: {activation(torch.tensor([-1.0, 0.0, 2.0])).detach()}")
