"""The chain rule on one ReLU neuron: every factor by hand, and the same from ``backward``.

z = w x + b,  y = max(0, z),  loss = (y - target)^2
d loss/d w = d loss/d y * d y/d z * d z/d w
"""

import chainrule as torch

w = torch.tensor(0.5, dtype=torch.float64, requires_grad=True)
b = torch.tensor(0.1, dtype=torch.float64, requires_grad=True)
x, target = 2.0, 1.0

z = w * x + b
y = torch.relu(z)
loss = (y - target) ** 2
loss.backward()

loss_by_y = 2 * (y.item() - target)
y_by_z = 1.0 if z.item() > 0 else 0.0
z_by_w, z_by_b = x, 1.0

print(f"z = {z.item():.2f}, y = {y.item():.2f}, loss = {loss.item():.4f}")
print(
    f"by hand:    {loss_by_y * y_by_z * z_by_w:.2f} for w, {loss_by_y * y_by_z * z_by_b:.2f} for b"
)
print(f"backward(): {w.grad.item():.2f} for w, {b.grad.item():.2f} for b")
