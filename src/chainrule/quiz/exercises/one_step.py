"""One step of gradient descent with a 2-2-1 network."""

import numpy as np

import chainrule
from chainrule import nn, optim
from chainrule.explain import detect
from chainrule.quiz.exercise import DECIMALS, Exercise, Topic, round_numbers

LEARNING_RATE = 0.5


def make(draw: np.random.Generator) -> Exercise:
    """Return an exercise on one weight of the hidden layer after a step."""
    model = nn.Sequential(nn.Linear(2, 2), nn.Sigmoid(), nn.Linear(2, 1)).double()
    for parameter in model.parameters():
        numbers = round_numbers(draw, parameter.array.size)
        parameter.array[...] = np.reshape(numbers, parameter.array.shape)
    x, target = round_numbers(draw, 2), float(draw.integers(0, 2))
    row, column = (int(place) for place in draw.integers(0, 2, 2))
    batch = [x], [[target]]
    criterion = nn.MSELoss()
    inputs, targets = (chainrule.tensor(part, dtype=chainrule.float64) for part in batch)
    optimizer = optim.SGD(model.parameters(), lr=LEARNING_RATE)
    criterion(model(inputs), targets).backward()
    before, gradient = (
        float(numbers[row, column])
        for numbers in (model[0].weight.array, model[0].weight.grad.array)
    )
    answer = before - LEARNING_RATE * gradient
    optimizer.zero_grad()
    first, second = model[0], model[2]
    return Exercise(
        section="9.4",
        kind="one step",
        text=(
            f"A 2-2-1 network: h = sigmoid(W1 x + b1), y = W2 h + b2, with W1 = "
            f"{first.weight.tolist()}, b1 = {first.bias.tolist()}, W2 = {second.weight.tolist()}, "
            f"b2 = {second.bias.tolist()}. For x = {x} the target is {target:g}, the loss "
            f"(y - {target:g})², the learning rate {LEARNING_RATE}. What is the weight from input "
            f"{column + 1} to hidden unit {row + 1} after one step? ({DECIMALS} decimals)"
        ),
        answer=answer,
        is_whole=False,
        solution=(
            f"w - η dL/dw = {before:g} - {LEARNING_RATE} · ({gradient:.5f}) = "
            f"{answer:.{DECIMALS}f}, where dL/dw = 2(y - t) · W2[{row}] · h(1 - h) · x[{column}]"
        ),
        detective=lambda given: detect(
            model, criterion, optimizer, batch, given, f"weight 0.weight[{row},{column}]"
        ),
    )


TOPIC = Topic("9.4", make)
