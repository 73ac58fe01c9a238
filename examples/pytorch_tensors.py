"""Tensors and automatic differentiation, as a first PyTorch script writes them."""

import numpy as np
import torch

a = torch.tensor([1.0, 2.0])
b = torch.tensor([3.0, 4.0])
print(a + b, a * b, a @ b, a - b, a / b, -a, a**2)
print(torch.zeros(2, 3), torch.ones(2), torch.eye(2), torch.full((2,), 7.0))
print(torch.arange(5), torch.arange(0, 1, 0.25), torch.linspace(0, 1, 5))
print(torch.randn(3, 4).shape, torch.rand(2).shape, torch.randint(0, 10, (3,)).dtype)

matrix = torch.arange(12, dtype=torch.float32).reshape(3, 4)
print(matrix)
print(matrix[0], matrix[:, 1], matrix[1, 2].item(), matrix[-1, ::2], matrix[matrix > 8])
print(matrix.sum(), matrix.sum(dim=0), matrix.mean(dim=1, keepdim=True), matrix.max().item())
values, indices = matrix.max(dim=1)
print(values, indices, matrix.argmax(dim=0), matrix.std().item())
print(matrix.T.shape, matrix.view(4, 3).shape, matrix.unsqueeze(0).shape, matrix.flatten().shape)
print(torch.cat([a, b]), torch.stack([a, b]), torch.where(a > 1, a, b))
print(matrix.numpy().sum(), torch.from_numpy(np.ones(2)).dtype, torch.tensor([1, 2]).dtype)
print(a.tolist(), len(matrix), matrix.size(), matrix.size(0), matrix.numel(), matrix.dtype)

x = torch.tensor(3.0, requires_grad=True)
y = x**2
y.backward()
print(x.grad)

w = torch.randn(3, requires_grad=True)
loss = ((w * torch.tensor([1.0, 2.0, 3.0])).sum() - 1) ** 2
loss.backward()
print(w.grad.shape, w.requires_grad, loss.requires_grad, w.detach().requires_grad)
with torch.no_grad():
    w -= 0.1 * w.grad
w.grad.zero_()
print(w.grad)

W = torch.tensor([[0.5, -0.5], [1.0, 1.0]], requires_grad=True)
bias = torch.zeros(2, requires_grad=True)
hidden = torch.relu(W @ torch.tensor([1.0, 2.0]) + bias)
hidden.sum().backward()
print(hidden, W.grad, bias.grad)
print(torch.sigmoid(torch.tensor(0.0)), torch.tanh(torch.tensor(0.0)), torch.exp(a), torch.log(b))
print(torch.softmax(torch.tensor([2.0, 1.0, 0.1]), dim=0))
print(torch.equal(a, a.clone()), torch.allclose(a, a + 1e-9), torch.is_tensor(a))
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
print(a.to(device).device)
