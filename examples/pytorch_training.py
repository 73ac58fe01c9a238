"""A data set, a loader and the whole training loop, with loss and accuracy of each epoch.

The labels are drawn blindly: nothing connects them with the samples, so a network of five classes
starts at a loss of log 5 = 1.61 and 20 % right. What it gains, it gains by heart.

It runs on PyTorch as well: change the line that says so, and nothing else.
"""

import chainrule as torch  # on PyTorch: import torch

nn, optim = torch.nn, torch.optim
DataLoader, Dataset = torch.utils.data.DataLoader, torch.utils.data.Dataset


class RandomLabels(Dataset):
    """Random samples, each with a random label."""

    def __init__(self, samples, features, classes):
        self.features = torch.randn(samples, features)
        self.labels = torch.randint(0, classes, (samples,))

    def __len__(self):
        return len(self.features)

    def __getitem__(self, index):
        return self.features[index], self.labels[index]


torch.manual_seed(42)
loader = DataLoader(RandomLabels(1000, 20, 5), batch_size=32, shuffle=True)
model = nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 5))
criterion = nn.CrossEntropyLoss()
optimizer = optim.Adam(model.parameters(), lr=0.01)
print(f"{len(loader.dataset)} samples in {len(loader)} batches")

model.train()
for epoch in range(1, 6):
    total_loss, right = 0.0, 0
    for inputs, labels in loader:
        optimizer.zero_grad()
        outputs = model(inputs)
        loss = criterion(outputs, labels)
        loss.backward()
        optimizer.step()
        total_loss += loss.item()
        right += (outputs.argmax(dim=1) == labels).sum().item()
    accuracy = 100 * right / len(loader.dataset)
    print(f"epoch {epoch}: loss {total_loss / len(loader):.4f}, accuracy {accuracy:.1f} %")
