"""The chain rule on one neuron with a squared error."""

import numpy as np

import chainrule
from chainrule import nn
from chainrule.explain import detect
from chainrule.quiz.exercise import DECIMALS, Exercise, Topic, round_numbers


def make(draw: np.random.Generator) -> Exercise:
    """Return an exercise on the gradient of one weight."""
    weight, x = round_numbers(draw, 2)
    [bias] = round_numbers(draw, 1)
    target = float(draw.integers(0, 2))
    model = nn.Sequential(nn.Linear(1, 1), nn.Sigmoid()).double()
    model[0].weight.array[...], model[0].bias.array[...] = weight, bias
    batch = [[x]], [[target]]
    criterion = nn.MSELoss()
    inputs, targets = (chainrule.tensor(part, dtype=chainrule.float64) for part in batch)
    output = model(inputs)
    criterion(output, targets).backward()
    gradient = model[0].weight.grad.item()
    y = output.item()
    return Exercise(
        section="9.4",
        kind="chain rule",
        text=(
            f"y = sigmoid(w x + b) with w = {weight:g}, b = {bias:g}, x = {x:g}; the loss is "
            f"(y - {target:g})². What is dL/dw? ({DECIMALS} decimals)"
        ),
        answer=gradient,
        is_whole=False,
        solution=(
            f"2(y - t) · y(1 - y) · x = 2({y:.4f} - {target:g}) · {y:.4f}(1 - {y:.4f}) · ({x:g}) = "
            f"{gradient:.{DECIMALS}f}"
        ),
        detective=lambda given: detect(
            model, criterion, None, batch, given, "gradient 0.weight[0,0]"
        ),
    )


TOPIC = Topic("9.4", make)
