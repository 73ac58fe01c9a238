"""Numbers with a known cause: the detective is measured by them.

Run this file to see the table: ``python tests/explain/detective/planted_cases.py``.
"""

import copy
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Literal, get_args

import numpy as np

from chainrule import manual_seed, nn, optim
from chainrule.autograd.tensor import Tensor
from chainrule.explain.detective import MISTAKES, Findings, Mistake, Variant, detect
from chainrule.explain.detective.question import read_question
from chainrule.explain.detective.recomputation import Recomputation
from chainrule.explain.detective.scenario import Scenario, make_scenario
from chainrule.explain.detective.search import are_same

NUM_SINGLES, NUM_PAIRS, NUM_CORRECT, NUM_FOREIGN = 300, 40, 100, 60
LEAST_CHANGE = 2.0
"""Units of the last digit by which a mistake must change a number to be planted."""


@dataclass
class Case:
    """A training run and what is asked of it."""

    model: nn.Module
    loss: Callable[[Tensor, Tensor], Tensor]
    optimizer: optim.Optimizer
    batches: list[tuple[np.ndarray, np.ndarray]]
    asked: str

    def scenario(self) -> Scenario:
        return make_scenario(
            self.model, self.loss, self.optimizer, self.batches, read_question(self.asked)
        )

    def detect(self, observed: object, digits: int | None = None) -> Findings:
        return detect(
            self.model,
            self.loss,
            self.optimizer,
            self.batches,
            observed,
            self.asked,
            digits=digits,
        )


def half_summed(output: Tensor, target: Tensor) -> Tensor:
    """The textbook's ½ Σ (y − t)²."""
    return 0.5 * ((output - target) ** 2).sum()


def negative_log(output: Tensor, target: Tensor) -> Tensor:
    """The textbook's −Σ t ln p, averaged over the samples."""
    return -(target * output.log()).sum() / len(output)


def dense(sizes: tuple[int, ...], *activations: nn.Module) -> nn.Sequential:
    """Layers with an activation after each; None for none."""
    layers: list[nn.Module] = []
    for position, activation in enumerate(activations):
        layers.append(nn.Linear(sizes[position], sizes[position + 1]))
        if activation is not None:
            layers.append(activation)
    return nn.Sequential(*layers)


def textbook(rng: np.random.Generator) -> Case:
    model = dense((2, 2, 2), nn.Sigmoid(), nn.Sigmoid())
    weights = [p for path, p in model.double().named_parameters() if path.endswith("weight")]
    batches = real_batches(rng, 1, 1, 2, 2, unit=True)
    return Case(model, half_summed, optim.SGD(weights, lr=0.5), batches, "")


def regression(rng: np.random.Generator) -> Case:
    model = dense((3, 4, 2), nn.Tanh(), None).double()
    optimizer = optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    return Case(model, nn.MSELoss(), optimizer, real_batches(rng, 2, 5, 3, 2), "")


def line(rng: np.random.Generator) -> Case:
    model = dense((3, 1), None).double()
    optimizer = optim.SGD(model.parameters(), lr=0.05, weight_decay=0.1)
    return Case(model, nn.MSELoss(), optimizer, real_batches(rng, 2, 4, 3, 1), "")


def classes(rng: np.random.Generator) -> Case:
    model = dense((4, 5, 3), nn.Sigmoid(), None).double()
    optimizer = optim.Adam(model.parameters(), lr=0.01, weight_decay=0.02)
    return Case(model, nn.CrossEntropyLoss(), optimizer, label_batches(rng, 2, 6, 4, 3), "")


def rectified(rng: np.random.Generator) -> Case:
    model = dense((4, 6, 4, 3), nn.ReLU(), nn.ReLU(), None).double()
    loss = nn.CrossEntropyLoss(reduction="sum")
    optimizer = optim.SGD(model.parameters(), lr=0.02, momentum=0.8, weight_decay=0.01)
    return Case(model, loss, optimizer, label_batches(rng, 2, 4, 4, 3), "")


def yes_or_no(rng: np.random.Generator) -> Case:
    model = dense((2, 3, 1), nn.Sigmoid(), nn.Sigmoid()).double()
    optimizer = optim.SGD(model.parameters(), lr=0.3, momentum=0.9, nesterov=True)
    batches = real_batches(rng, 2, 4, 2, 1)
    batches = [(x, (y > 0).astype(float)) for x, y in batches]
    return Case(model, nn.BCELoss(), optimizer, batches, "")


def scores(rng: np.random.Generator) -> Case:
    model = dense((2, 4, 2), nn.Tanh(), None).double()
    optimizer = optim.AdamW(model.parameters(), lr=0.02, weight_decay=0.1)
    batches = [(x, (y > 0).astype(float)) for x, y in real_batches(rng, 2, 3, 2, 2)]
    return Case(model, nn.BCEWithLogitsLoss(), optimizer, batches, "")


def deep(rng: np.random.Generator) -> Case:
    model = dense((3, 3, 3, 2), nn.Tanh(), nn.Sigmoid(), nn.Sigmoid()).double()
    optimizer = optim.AdamW(model.parameters(), lr=0.01)
    loss = nn.MSELoss(reduction="sum")
    return Case(model, loss, optimizer, real_batches(rng, 1, 3, 3, 2, unit=True), "")


def softmax_outputs(rng: np.random.Generator) -> Case:
    model = dense((3, 4, 3), nn.Tanh(), nn.Softmax(1)).double()
    optimizer = optim.RMSprop(model.parameters(), lr=0.01, weight_decay=0.05)
    batches = [(x, np.eye(3)[labels]) for x, labels in label_batches(rng, 2, 4, 3, 3)]
    return Case(model, negative_log, optimizer, batches, "")


def curves(rng: np.random.Generator) -> Case:
    model = dense((2, 5, 1), nn.GELU(), None).double()
    optimizer = optim.Adam(model.parameters(), lr=0.003)
    return Case(model, nn.MSELoss(), optimizer, real_batches(rng, 2, 8, 2, 1), "")


MAKERS = (
    textbook, regression, line, classes, rectified, yes_or_no, scores, deep, softmax_outputs,
    curves,
)  # fmt: skip


def real_batches(
    rng: np.random.Generator, count: int, size: int, inputs: int, outputs: int, unit: bool = False
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Random inputs with targets that are random numbers, in the unit interval if asked for."""
    draw = rng.random if unit else rng.standard_normal
    return [(draw((size, inputs)).round(2), draw((size, outputs)).round(2)) for _ in range(count)]


def label_batches(
    rng: np.random.Generator, count: int, size: int, inputs: int, num_classes: int
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Random inputs with labels."""
    return [
        (rng.standard_normal((size, inputs)).round(2), rng.integers(0, num_classes, size))
        for _ in range(count)
    ]


def make_case(rng: np.random.Generator) -> Case:
    """A random training run with a random question."""
    manual_seed(int(rng.integers(1 << 30)))
    case = MAKERS[rng.integers(len(MAKERS))](rng)
    path, parameter = list(case.model.named_parameters())[
        rng.integers(len(list(case.model.parameters())))
    ]
    index = ",".join(str(rng.integers(length)) for length in parameter.shape)
    case.asked = str(
        rng.choice(
            [
                "loss",
                f"gradient {path}[{index}]",
                f"weight {path}[{index}]",
                f"gradient {path}",
                f"weight {path}",
            ],
            p=[0.3, 0.25, 0.25, 0.1, 0.1],
        )
    )
    return case


def written(value: np.ndarray, digits: int) -> object:
    """Numbers as somebody writes them down."""
    texts = np.array([f"{number:.{digits - 1}e}" for number in value.reshape(-1)], dtype=object)
    return texts.reshape(value.shape).tolist()


def differs(value: np.ndarray, correct: np.ndarray, digits: int) -> bool:
    """Whether a mistake shows in the digits that are written down."""
    if value.shape != correct.shape or not np.all(np.isfinite(value)) or not np.all(value):
        return False
    units = 10.0 ** (np.floor(np.log10(np.abs(value))) - digits + 1)
    return bool(np.max(np.abs(value - correct) / units) >= LEAST_CHANGE)


@dataclass
class Planted:
    """A number that mistakes have made."""

    case: Case
    parts: tuple[tuple[Mistake, Variant], ...]
    value: np.ndarray
    digits: int


def plant(rng: np.random.Generator, wanted: tuple[Mistake, ...], digits: int) -> Planted | None:
    """Make these mistakes in a random case; None if they cannot be made there or do not show."""
    case = make_case(rng)
    scenario = case.scenario()
    recomputation = Recomputation(scenario)
    parts = []
    for mistake in wanted:
        variants = list(mistake.variants(scenario))
        if not variants:
            return None
        parts.append((mistake, variants[rng.integers(len(variants))]))
    correct = recomputation.answer()
    value = recomputation.answer(tuple(variant.change for _, variant in parts))
    if value is None or not differs(value, correct, digits):
        return None
    for part in parts if len(parts) > 1 else ():  # each of a pair must matter
        alone = recomputation.answer((part[1].change,))
        if alone is not None and not differs(value, alone, digits):
            return None
    return Planted(case, tuple(parts), value, digits)


def planted_singles(seed: int = 0, count: int = NUM_SINGLES) -> Iterator[Planted]:
    """Cases of single mistakes, every mistake in turn, every third number with six digits."""
    rng = np.random.default_rng([1, seed])
    for number in range(count):
        mistake = MISTAKES[number % len(MISTAKES)]
        found = None
        while found is None:
            found = plant(rng, (mistake,), 6 if number % 3 == 2 else 10)
        yield found


def planted_pairs(seed: int = 0, count: int = NUM_PAIRS) -> Iterator[Planted]:
    """Cases of two mistakes at once, with ten digits."""
    rng = np.random.default_rng([2, seed])
    couples = list(combinations(MISTAKES, 2))
    for _ in range(count):
        found = None
        while found is None:
            found = plant(rng, couples[rng.integers(len(couples))], 10)
        yield found


def wrong_weight(case: Case, rng: np.random.Generator) -> None:
    """Two weights copied into each other's place."""
    del rng
    weight = next(iter(case.model.parameters())).array.reshape(-1)
    weight[[0, -1]] = weight[[-1, 0]]


def wrong_input(case: Case, rng: np.random.Generator) -> None:
    """An input read off wrongly."""
    inputs = case.batches[-1][0]
    inputs.reshape(-1)[rng.integers(inputs.size)] += 0.1


def wrong_start(case: Case, rng: np.random.Generator) -> None:
    """A parameter that began elsewhere."""
    for parameter in case.model.parameters():
        parameter.array.reshape(-1)[0] += rng.normal(0, 0.2)


def wrong_rate(case: Case, rng: np.random.Generator) -> None:
    """Another learning rate, and a parameter that began elsewhere."""
    case.optimizer.param_groups[0]["lr"] *= 3
    wrong_start(case, rng)


def wrong_derivative(value: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A factor that nothing here explains."""
    return value * rng.uniform(0.2, 1.8)


def noise(value: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Something near the right number."""
    return value * (1 + rng.normal(0, 0.03, value.shape))


ELSEWHERE = (wrong_weight, wrong_input, wrong_start, wrong_rate)
AFTERWARDS = (wrong_derivative, noise)


def foreign_numbers(seed: int = 0, count: int = NUM_FOREIGN) -> Iterator[Planted]:
    """Wrong numbers that no mistake known here has made, every third with six digits."""
    rng = np.random.default_rng([3, seed])
    for number in range(count):
        digits = 6 if number % 3 == 2 else 10
        value = None
        while value is None:
            case = make_case(rng)
            correct = Recomputation(case.scenario()).answer()
            other = copy.deepcopy(case)
            cause = number % (len(ELSEWHERE) + len(AFTERWARDS))
            if cause < len(ELSEWHERE):
                ELSEWHERE[cause](other, rng)
            value = Recomputation(other.scenario()).answer()
            if cause >= len(ELSEWHERE):
                value = AFTERWARDS[cause - len(ELSEWHERE)](correct, rng)
            value = value if differs(value, correct, digits) else None
        yield Planted(case, (), value, digits)


def correct_numbers(seed: int = 0, count: int = NUM_CORRECT) -> Iterator[Planted]:
    """Right numbers, every third with six digits."""
    rng = np.random.default_rng([4, seed])
    for number in range(count):
        case = make_case(rng)
        value = Recomputation(case.scenario()).answer()
        yield Planted(case, (), value, 6 if number % 3 == 2 else 10)


Outcome = Literal["first", "tied", "later", "missed"]


def outcome(findings: Findings, planted: Planted) -> Outcome:
    """Where the planted mistakes are named: first, or as one of several of the very same number.

    A mistake in one layer and in all layers may come to the same, e.g. in the last layer's
    gradient: then it is the same mistake that is named.
    """
    wanted = [mistake.name for mistake, _ in planted.parts]
    names = [[m.name for m in explanation.mistakes] for explanation in findings.explanations]
    if wanted not in names:
        # Of two mistakes one may stand for the other two: only the value is then the same.
        first = findings.explanations[:1]
        return "tied" if first and are_same(first[0].value, planted.value) else "missed"
    if names[0] == wanted:
        return "first"
    return "tied" if findings.explanations[names.index(wanted)].is_same_as_first else "later"


@dataclass
class Measured:
    """What the detective said of planted numbers.

    Attributes:
        outcomes: By name of the mistakes.
        verdicts: Of all.
        slips: Numbers that something else was named first for.
    """

    outcomes: dict[str, Counter[Outcome]]
    verdicts: Counter[str]
    slips: list[str]

    @property
    def total(self) -> Counter[Outcome]:
        return sum(self.outcomes.values(), Counter())

    def __str__(self) -> str:
        columns = get_args(Outcome)
        lines = [f"{'':58}" + "".join(f"{column:>8}" for column in columns)]
        rows = [*self.outcomes.items(), ("all", self.total)]
        for name, counts in rows:
            lines.append(f"{name:58}" + "".join(f"{counts[column]:8}" for column in columns))
        return "\n".join([*lines, f"verdicts: {dict(self.verdicts)}", *self.slips])


def measure(cases: Iterable[Planted]) -> Measured:
    """Ask the detective about planted numbers."""
    result = Measured({}, Counter(), [])
    for planted in cases:
        findings = planted.case.detect(written(planted.value, planted.digits))
        name = " + ".join(mistake.name for mistake, _ in planted.parts)
        found = outcome(findings, planted) if planted.parts else "first"
        result.outcomes.setdefault(name, Counter())[found] += 1
        result.verdicts[findings.verdict] += 1
        if found not in ("first", "tied"):
            said = "; ".join(map(str, findings.explanations[:2]))
            result.slips.append(f"{found}: {planted.case.asked}, {name}; said: {said}")
    return result


if __name__ == "__main__":
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    start = time.perf_counter()
    print(f"planted mistakes\n{measure(planted_singles(seed))}\n")
    print(f"planted pairs: {measure(planted_pairs(seed)).total}")
    print(f"correct numbers: {dict(measure(correct_numbers(seed)).verdicts)}")
    print(f"foreign numbers: {dict(measure(foreign_numbers(seed)).verdicts)}")
    print(f"{time.perf_counter() - start:.1f} s")
