"""Automatic differentiation: ``backward()`` leaves in ``grad`` what a loss changes by.

It runs on PyTorch as well: change the line that says so, and nothing else.
"""

import chainrule as torch  # on PyTorch: import torch

x = torch.tensor(3.0, requires_grad=True)
y = x**2
y.backward()
print("d(x^2)/dx at 3 =", x.grad.item())

# A layer of two ReLU units: the first is off, so nothing flows back through it.
W = torch.tensor([[0.5, -0.5], [1.0, 1.0]], requires_grad=True)
b = torch.zeros(2, requires_grad=True)
inputs = torch.tensor([1.0, 2.0])
hidden = torch.relu(W @ inputs + b)
hidden.sum().backward()
print("relu(W x + b) =", hidden.detach())
print("W.grad =", W.grad)
print("b.grad =", b.grad)

# Gradients of several backward() calls add up until they are set to zero.
(x**2).backward()
print("added up:", x.grad.item())
x.grad.zero_()
print("set to zero:", x.grad.item())

# Gradient descent by hand: what is done under no_grad() is not recorded.
w = torch.tensor([0.0, 0.0, 0.0], requires_grad=True)
for step in range(1, 4):
    loss = ((w * torch.tensor([1.0, 2.0, 3.0])).sum() - 1) ** 2
    loss.backward()
    with torch.no_grad():
        w -= 0.02 * w.grad
    w.grad.zero_()
    print(f"step {step}: loss {loss.item():.4f}")
print("recorded:", loss.requires_grad, w.detach().requires_grad)
