"""Tensors: made, calculated with, looked into, moved to a device.

It runs on PyTorch as well: change the line that says so, and nothing else.
"""

import numpy as np

import chainrule as torch  # on PyTorch: import torch

a = torch.tensor([1.0, 2.0])
b = torch.tensor([3.0, 4.0])
print("a + b =", a + b)
print("a * b =", a * b, "element by element")
print("a @ b =", a @ b, "the sum of these products")
print("a - b, a / b, -a, a**2:", a - b, a / b, -a, a**2)
print("exp(a), log(b):", torch.exp(a), torch.log(b))

print("\nMade of a value or a range:")
print(torch.zeros(2, 3), torch.ones(2), torch.eye(2), torch.full((2,), 7.0))
print(torch.arange(5), torch.arange(0, 1, 0.25), torch.linspace(0, 1, 5))
print(torch.from_numpy(np.arange(3.0, dtype=np.float32)), torch.tensor([1, 2]).dtype == torch.int64)

print("\nRandom:")
torch.manual_seed(42)
normal, uniform, whole = torch.randn(3, 4), torch.rand(1000), torch.randint(0, 10, (1000,))
print(tuple(normal.shape), 0 <= uniform.min().item() <= uniform.max().item() < 1)
print(sorted(set(whole.tolist())))
torch.manual_seed(42)
print("the same seed gives the same numbers:", torch.equal(normal, torch.randn(3, 4)))

print("\nParts, sums and shapes of a matrix:")
matrix = torch.arange(12, dtype=torch.float32).reshape(3, 4)
print(matrix)
print(matrix[0], matrix[:, 1], matrix[1, 2].item(), matrix[-1, ::2], matrix[matrix > 8])
print(matrix.sum(), matrix.sum(dim=0), matrix.mean(dim=1, keepdim=True), matrix.max().item())
values, indices = matrix.max(dim=1)
print(values, indices, matrix.argmax(dim=0), f"{matrix.std().item():.4f}")
print(*map(tuple, (matrix.T.shape, matrix.view(4, 3).shape, matrix.unsqueeze(0).shape)))
print(torch.cat([a, b]), torch.stack([a, b]), torch.where(a > 1, a, b))
print(matrix.numpy().sum(), a.tolist(), len(matrix), matrix.size(0), matrix.numel())

print("\nWith a gradient to be computed:")
weights = torch.tensor([0.5, -0.5], requires_grad=True)
print(weights, (weights @ a).requires_grad, a.requires_grad, weights.detach())

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
print("\nOn the device:", a.to(device).device, (a.to(device) + b.to(device)).cpu())
