"""Optimisers: SGD, RMSprop, Adam and AdamW fit a line, each by the same five lines.

It runs on PyTorch as well: change the line that says so, and nothing else.
"""

import chainrule as torch  # on PyTorch: import torch

nn, optim = torch.nn, torch.optim

x = torch.tensor([[-1.0], [0.0], [1.0], [2.0]])
y = 2 * x + 1
criterion = nn.MSELoss()


def line():
    """Return a line that starts at y = 0, so that all optimisers have the same way to go."""
    model = nn.Linear(1, 1)
    nn.init.zeros_(model.weight)
    nn.init.zeros_(model.bias)
    return model


OPTIMIZERS = {
    "SGD": lambda parameters: optim.SGD(parameters, lr=0.1),
    "SGD with momentum": lambda parameters: optim.SGD(parameters, lr=0.02, momentum=0.9),
    "RMSprop": lambda parameters: optim.RMSprop(parameters, lr=0.02),
    "Adam": lambda parameters: optim.Adam(parameters, lr=0.1),
    "AdamW": lambda parameters: optim.AdamW(parameters, lr=0.1, weight_decay=0.01),
}

for name, make in OPTIMIZERS.items():
    model = line()
    optimizer = make(model.parameters())
    losses = []
    for _ in range(100):
        optimizer.zero_grad()  # forget the gradients of the last step
        outputs = model(x)  # forward
        loss = criterion(outputs, y)
        loss.backward()  # backward
        optimizer.step()  # update
        losses.append(loss.item())
    slope, start = model.weight.item(), model.bias.item()
    print(f"{name}: loss {losses[0]:.4f} to {losses[-1]:.4f}, y = {slope:.3f} x + {start:.3f}")

# Two lines more keep gradients short and make the learning rate fall.
model = line()
optimizer = optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
scheduler = optim.lr_scheduler.StepLR(optimizer, step_size=10, gamma=0.5)
for _ in range(30):
    optimizer.zero_grad()
    criterion(model(x), y).backward()
    nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0)
    optimizer.step()
    scheduler.step()
print(f"clipped, slowing down: lr {optimizer.param_groups[0]['lr']}, {model.weight.item():.3f} x")
