"""A GPU if there is one, else the CPU: the same code learns two half moons on either.

Model and batches are moved to the device, and nothing else changes. chainrule has the CPU alone;
on PyTorch with a GPU, the same file trains there.

It runs on PyTorch as well: change the line that says so, and nothing else.
"""

import chainrule as torch  # on PyTorch: import torch

nn, optim = torch.nn, torch.optim
DataLoader, Dataset = torch.utils.data.DataLoader, torch.utils.data.Dataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
print("device:", device)


class Moons(Dataset):
    """Points on two half circles, and which of the two each is on."""

    def __init__(self, count):
        angles = torch.rand(count) * torch.pi
        self.labels = torch.randint(0, 2, (count,))
        side = self.labels.float()
        x = torch.cos(angles) * (1 - 2 * side) + side
        y = torch.sin(angles) * (1 - 2 * side) + 0.5 * side
        self.points = torch.stack([x, y], dim=1) + 0.1 * torch.randn(count, 2)

    def __len__(self):
        return len(self.points)

    def __getitem__(self, index):
        return self.points[index], self.labels[index]


torch.manual_seed(0)
train_set, test_set = torch.utils.data.random_split(Moons(400), [300, 100])
train_loader = DataLoader(train_set, batch_size=32, shuffle=True)
test_loader = DataLoader(test_set, batch_size=100)

model = nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 2))
model = model.to(device)
criterion = nn.CrossEntropyLoss()
optimizer = optim.Adam(model.parameters(), lr=0.01)

for _ in range(30):
    for inputs, labels in train_loader:
        inputs, labels = inputs.to(device), labels.to(device)
        optimizer.zero_grad()
        criterion(model(inputs), labels).backward()
        optimizer.step()

right = 0
with torch.no_grad():
    for inputs, labels in test_loader:
        _, predicted = torch.max(model(inputs.to(device)).cpu(), 1)
        right += (predicted == labels).sum().item()
print("model on the device:", next(model.parameters()).device.type == device.type)
print(f"right: {right} of {len(test_set)}")
