"""All topics. To add one: write its file, and its line in TOPICS."""

from chainrule.quiz.exercise import Topic
from chainrule.quiz.exercises import (
    chain_rule,
    counting,
    neuron,
    one_step,
    shapes,
    slope,
    softmax,
)

TOPICS: tuple[Topic, ...] = (
    neuron.TOPIC,
    softmax.TOPIC,
    slope.TOPIC,
    counting.TOPIC,
    chain_rule.TOPIC,
    one_step.TOPIC,
    shapes.TOPIC,
)
