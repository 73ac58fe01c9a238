"""Data sets, loaders and a training loop with accuracy, as a first PyTorch script writes them."""

import torch
import torch.nn as nn
from torch.utils.data import DataLoader, Dataset, TensorDataset, random_split

torch.manual_seed(0)


class Moons(Dataset):
    """Two half circles."""

    def __init__(self, count):
        angles = torch.rand(count) * 3.14159
        self.labels = torch.randint(0, 2, (count,))
        side = self.labels.float()
        x = torch.cos(angles) * (1 - 2 * side) + side
        y = torch.sin(angles) * (1 - 2 * side) + 0.5 * side
        self.points = torch.stack([x, y], dim=1) + 0.1 * torch.randn(count, 2)

    def __len__(self):
        return len(self.points)

    def __getitem__(self, index):
        return self.points[index], self.labels[index]


data = Moons(400)
train_set, test_set = random_split(data, [300, 100])
train_loader = DataLoader(train_set, batch_size=32, shuffle=True)
test_loader = DataLoader(test_set, batch_size=100)
print(len(train_loader), len(test_loader), len(TensorDataset(data.points, data.labels)))

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
model = nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 2))
model = model.to(device)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)

for epoch in range(30):
    model.train()
    total_loss, correct, total = 0.0, 0, 0
    for inputs, labels in train_loader:
        inputs, labels = inputs.to(device), labels.to(device)
        optimizer.zero_grad()
        outputs = model(inputs)
        loss = criterion(outputs, labels)
        loss.backward()
        optimizer.step()
        total_loss += loss.item() * inputs.size(0)
        _, predicted = torch.max(outputs, 1)
        total += labels.size(0)
        correct += (predicted == labels).sum().item()

model.eval()
correct = 0
with torch.no_grad():
    for inputs, labels in test_loader:
        predicted = model(inputs).argmax(dim=1)
        correct += (predicted == labels).sum().item()
print(total, correct >= 95, total_loss / total < 0.2)
