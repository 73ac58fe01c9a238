"""A derivation as a tree."""

from chainrule.explain import explain
from explain.derivation.networks import build, dense, normal


def test_what_a_number_leads_to_stands_below_it() -> None:
    w = normal(2, seed=0).requires_grad_()
    w.array[:] = [3.0, -1.0]
    tree = explain((w * w * w).sum(), w, 0).to_tree()
    assert tree.splitlines() == [
        "tensor[0]  dL/d = 27",
        "├─ × 6 (mul'(3, 3)) → mul[0]  dL/d = 3",
        "│  └─ × 3 (tensor[0]) → mul#2[0]  dL/d = 1",
        "│     └─ × 1 (sum') → L  dL/d = 1",
        "└─ × 9 (mul[0]) → mul#2[0]  dL/d = 1  (derived above)",
    ]


def test_the_rest_is_the_last_branch() -> None:
    model, loss_function, inputs, target = build(dense, 0)
    loss = loss_function(model(inputs), target)
    derivation = explain(loss, "0.weight[0, 0]", model=model, terms=1)
    lines = derivation.to_tree().splitlines()
    assert lines[0] == f"0.weight[0, 0]  dL/d = {derivation.gradient:.6g}"
    rest = derivation.equations[0].rest
    assert rest is not None
    assert lines[-1] == f"└─ {rest.count} other terms = {rest.total:.6g}"
