"""Worked examples whose numbers the detective explains."""

from chainrule.explain.detective.description import Description

MAZUR = Description(
    title=(
        "Mazur's worked example of backpropagation (2015): a 2-2-2 network of sigmoids, whose loss "
        "after the first step is published as 0.291027924."
    ),
    network="2-2-2",
    output_activation="sigmoid",
    weights={
        "0.weight": [[0.15, 0.20], [0.25, 0.30]],
        "0.bias": [0.35, 0.35],
        "2.weight": [[0.40, 0.45], [0.50, 0.55]],
        "2.bias": [0.60, 0.60],
    },
    batches=[{"input": [[0.05, 0.10]], "target": [[0.01, 0.99]]}],
    loss="half-sse",
    optimizer={"name": "sgd", "lr": 0.5},
    fixed=("bias",),
    asked="loss",
    value="0.291027924",
)

EXAMPLES: dict[str, Description] = {"mazur": MAZUR}
