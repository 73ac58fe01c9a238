"""Rosenblatt's perceptron learns AND, and never learns XOR, which no line separates."""

from chainrule.data import logic_gate
from chainrule.estimators import Perceptron

for gate in ("and", "or", "xor"):
    inputs, outputs = logic_gate(gate)
    perceptron = Perceptron(learning_rate=0.1, max_iter=1000).fit(inputs, outputs)
    right = int((perceptron.predict(inputs) == outputs).sum())
    end = "without a mistake" if perceptron.converged_ else "still with mistakes"
    print(f"{gate}: {right} of 4 right; pass {perceptron.n_iter_} was {end}")
