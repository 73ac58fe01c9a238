"""``detect``: which mistake made a wrong number."""

from collections.abc import Sequence

from chainrule.errors import InvalidShape
from chainrule.explain.detective.findings import Explanation, Findings, Named, Verdict
from chainrule.explain.detective.given_number import (
    MOST_DIGITS,
    SINGLE_DIGITS,
    GivenNumber,
    read_number,
)
from chainrule.explain.detective.graph import LossFunction
from chainrule.explain.detective.mistake import Mistake
from chainrule.explain.detective.mistakes import MISTAKES
from chainrule.explain.detective.question import read_question
from chainrule.explain.detective.scenario import Batch, Scenario, make_scenario
from chainrule.explain.detective.search import Hypothesis, Search, are_same, coincidences
from chainrule.nn.module import Module
from chainrule.optim.optimizer import Optimizer

LIMIT = 0.05
"""Of mistakes that fit by chance: with more, the digits are too few to tell."""

PAIR_LIMIT = 0.01
"""The same of pairs: they are the less likely to begin with."""

NEARLY = 10.0
"""Units of the last digit: all digits but the last agree."""

MOST_POSSIBLE = 3
"""Explanations named where the digits are too few."""


def detect(
    model: Module,
    loss: LossFunction,
    optimizer: Optimizer | None,
    data: Batch | Sequence[Batch],
    observed: object,
    asked: str = "loss",
    *,
    steps: int | None = None,
    digits: int | None = None,
    pairs: bool = True,
    mistakes: Sequence[Mistake] = MISTAKES,
) -> Findings:
    """Find out which classic mistake, or which pair of them, gives a wrong number.

    One or more training steps are computed again with every mistake, and what comes out is held
    against the number. The simpler explanation comes first, and one that may well fit by chance is
    not believed. Model and optimiser are left as they are.

    Args:
        model: The network with the weights before the first step. In float32 only 6 digits can be
            compared: call ``model.double()`` before you fill in the weights.
        loss: Takes outputs and target and returns one number, e.g. ``nn.MSELoss()``.
        optimizer: As it is before the first step; parameters that it does not hold are fixed. None
            will do for a gradient, and for a loss without steps.
        data: A batch, (inputs, target), or a list of them, one for each step.
        observed: The number, best as a text, whose digits count: "0.250" has three. Or a float, or
            lists or an array.
        asked: What it is: "loss" or "output[0,1]" after the steps, "weight 0.bias[1]" after the
            steps, or "gradient 0.weight[0,1]" in the last step. Without brackets a whole array.
        steps: Steps taken; by default one for each batch.
        digits: Significant digits of a number that is not given as a text.
        pairs: Whether to try pairs of mistakes where no single one fits.
        mistakes: To be tried, the more common first.

    Raises:
        InvalidArgument: if the question does not fit the network.
        InvalidShape: if the number has another shape than what is asked.

    >>> from chainrule import nn, optim
    >>> model = nn.Linear(1, 1).double()
    >>> model.weight.array[...], model.bias.array[...] = 0.5, 0.25
    >>> sgd = optim.SGD(model.parameters(), lr=0.1)
    >>> data = ([[2.0]], [[1.0]])
    >>> found = detect(model, nn.MSELoss(), sgd, data, "0.60000", "weight weight[0,0]")
    >>> found.verdict, str(found.explanations[0])
    ('explained', 'wrong sign')
    """
    batches: Sequence[Batch] = [data] if isinstance(data, tuple) else data
    scenario = make_scenario(model, loss, optimizer, batches, read_question(asked), steps)
    most = SINGLE_DIGITS if scenario.is_single else MOST_DIGITS
    number = read_number(observed, digits, most)
    return _Investigation(scenario, number, mistakes).findings(pairs)


class _Investigation:
    """Goes from the simple to the less simple, and stops where the number is explained."""

    def __init__(
        self, scenario: Scenario, number: GivenNumber, mistakes: Sequence[Mistake]
    ) -> None:
        self.scenario = scenario
        self.number = number
        self.search = Search(scenario, number, mistakes)
        correct = self.search.correct.value
        if number.values.shape != correct.shape:
            raise InvalidShape(
                f"'{scenario.question}' has shape {correct.shape}, the number given "
                f"{number.values.shape}: give one number for each, or ask for one with brackets."
            )
        self.pairs: list[Hypothesis] = []

    def findings(self, with_pairs: bool) -> Findings:
        """Return the verdict with its reasons."""
        correct, singles = self.search.correct, self.search.singles
        if correct.reproduces:
            return self._report("correct", [], 0.0)
        fitting = [h for h in singles if h.reproduces]
        if fitting:
            return self._judged(fitting, coincidences([correct, *singles]), LIMIT)
        near = coincidences([correct, *singles], NEARLY)
        if correct.error <= NEARLY and near <= LIMIT:
            return self._report("nearly correct", [], near)
        if with_pairs:
            self.pairs = self.search.pairs()
            fitting = [h for h in self.pairs if h.reproduces]
            if fitting:
                chance = coincidences([correct, *singles, *self.pairs])
                return self._judged(fitting, chance, PAIR_LIMIT)
        fitting = [h for h in singles if h.error <= NEARLY]
        if fitting and near <= LIMIT:
            return self._judged(fitting, near, LIMIT)
        return self._report("none of these", [], near)

    def _judged(self, fitting: list[Hypothesis], chance: float, limit: float) -> Findings:
        """Return what hypotheses that fit are worth."""
        return self._report("explained" if chance <= limit else "too few digits", fitting, chance)

    def _report(self, verdict: Verdict, fitting: list[Hypothesis], chance: float) -> Findings:
        ordered = sorted(fitting, key=lambda hypothesis: hypothesis.order)
        shown = ordered[:MOST_POSSIBLE] if verdict == "too few digits" else ordered
        return Findings(
            asked=self._asked(),
            given=self.number.text,
            given_digits=self.number.digits,
            correct=self.search.correct.value,
            correct_digits=self.number.agreeing_digits(self.search.correct.value),
            verdict=verdict,
            explanations=tuple(self._explanation(h, ordered[0]) for h in shown),
            num_fitting=len(fitting),
            num_singles=len(self.search.singles),
            num_pairs=len(self.pairs),
            chance=chance,
            remark=self._remark(verdict),
        )

    def _explanation(self, hypothesis: Hypothesis, first: Hypothesis) -> Explanation:
        named = tuple(
            Named(mistake.name, variant.where, mistake.sentence, mistake.remedy)
            for mistake, variant in hypothesis.parts
        )
        digits = self.number.agreeing_digits(hypothesis.value)
        same = are_same(hypothesis.value, first.value)
        return Explanation(named, hypothesis.value, digits, same)

    def _asked(self) -> str:
        scenario = self.scenario
        steps = f"{scenario.num_steps} step{'' if scenario.num_steps == 1 else 's'}"
        if scenario.question.kind == "gradient":
            return f"{scenario.question} in step {scenario.num_steps}"
        return (
            f"{scenario.question} after {steps}" if scenario.num_steps else f"{scenario.question}"
        )

    def _remark(self, verdict: Verdict) -> str:
        remarks = []
        alike = sum(h.reproduces for h in self.search.singles)
        if verdict == "correct" and alike:
            remarks.append(f"{alike} of these would not show in the digits given.")
        if self.scenario.is_single:
            remarks.append(
                "The network is float32, so only 6 digits were compared: call model.double() "
                "before filling in the weights."
            )
        return " ".join(remarks)
