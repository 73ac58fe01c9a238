"""Losses: cross-entropy from logits and labels, and mean squared error.

It runs on PyTorch as well: change the line that says so, and nothing else.
"""

import chainrule as torch  # on PyTorch: import torch

nn, F = torch.nn, torch.nn.functional

logits = torch.tensor([[2.0, 1.0, 0.1], [0.5, 2.5, 0.3], [0.1, 0.2, 3.0]], requires_grad=True)
labels = torch.tensor([0, 1, 2])
loss = nn.CrossEntropyLoss()(logits, labels)
print(f"cross-entropy: {loss.item():.4f}")

# It takes logits and makes the probabilities itself: no softmax before it.
probabilities = F.softmax(logits, dim=1)
of_labels = probabilities.gather(1, labels.unsqueeze(1)).flatten()
print("of each sample, -log p(label):", -torch.log(of_labels).detach())
print(f"the same in two parts: {F.nll_loss(F.log_softmax(logits, dim=1), labels).item():.4f}")

# Its gradient is (p - onehot) / samples.
loss.backward()
expected = (probabilities - F.one_hot(labels, 3)) / 3
print("gradient is (p - onehot) / 3:", torch.allclose(logits.grad, expected, atol=1e-6))

predicted, wanted = torch.tensor([2.5, 0.0, 2.1]), torch.tensor([3.0, -0.5, 2.0])
print(f"mean squared error: {nn.MSELoss()(predicted, wanted).item():.4f}")
print(f"of two classes: {nn.BCEWithLogitsLoss()(torch.tensor([0.0]), torch.ones(1)).item():.4f}")
