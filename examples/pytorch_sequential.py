"""Sequential: modules one after the other, known by position or by name.

It runs on PyTorch as well: change the line that says so, and nothing else.
"""

from collections import OrderedDict

import chainrule as torch  # on PyTorch: import torch

nn = torch.nn

by_position = nn.Sequential(nn.Linear(10, 20), nn.ReLU(), nn.Linear(20, 3))
print(by_position)
print([name for name, _ in by_position.named_children()], by_position[0], len(by_position))

by_name = nn.Sequential()
by_name.add_module("fc1", nn.Linear(10, 20))
by_name.add_module("activation", nn.ReLU())
by_name.add_module("fc2", nn.Linear(20, 3))
print(by_name)
print([name for name, _ in by_name.named_children()], by_name.fc2)

from_dict = nn.Sequential(OrderedDict(fc1=nn.Linear(10, 20), activation=nn.ReLU()))
from_dict.add_module("fc2", nn.Linear(20, 3))
print("same modules:", str(from_dict) == str(by_name))

# The names are part of the keys of the weights, and of nothing else.
print(list(by_position.state_dict()), list(by_name.state_dict()))
weights = by_position.state_dict().values()
by_name.load_state_dict(dict(zip(by_name.state_dict(), weights, strict=True)))
x = torch.randn(4, 10)
print("same outputs:", torch.equal(by_position(x), by_name(x)), tuple(by_name(x).shape))
