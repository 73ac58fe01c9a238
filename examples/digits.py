"""A classifier of handwritten digits, the training loop written out as in PyTorch."""

import chainrule as torch
from chainrule import data, nn, optim
from chainrule.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
digits = data.load("digits")
x_test, y_test = torch.from_numpy(digits.x_test), torch.from_numpy(digits.y_test)
train = TensorDataset(torch.from_numpy(digits.x_train), torch.from_numpy(digits.y_train))
loader = DataLoader(train, batch_size=32, shuffle=True)

model = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Dropout(0.2), nn.Linear(128, 10))
criterion = nn.CrossEntropyLoss()
optimizer = optim.Adam(model.parameters(), lr=0.003)

for epoch in range(1, 11):
    model.train()
    for inputs, labels in loader:
        optimizer.zero_grad()
        loss = criterion(model(inputs), labels)
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        right = (model(x_test).argmax(dim=1) == y_test).sum().item()
    print(f"epoch {epoch}: {right / len(y_test):.1%} of the test digits right")
