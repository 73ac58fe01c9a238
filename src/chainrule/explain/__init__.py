"""Readers of the graph: derive a gradient, check it, follow it back, draw it, find a mistake."""

from chainrule.explain.check import Diagnosis as Diagnosis
from chainrule.explain.check import check_gradient as check_gradient
from chainrule.explain.derivation import Derivation as Derivation
from chainrule.explain.derivation import explain as explain
from chainrule.explain.derivation import explain_batch as explain_batch
from chainrule.explain.detective import Findings as Findings
from chainrule.explain.detective import detect as detect
from chainrule.explain.drawing import Picture as Picture
from chainrule.explain.drawing import draw as draw
from chainrule.explain.drawing import draw_neurons as draw_neurons
from chainrule.explain.flow import GradientFlow as GradientFlow
from chainrule.explain.flow import gradient_flow as gradient_flow
from chainrule.explain.time_travel import Moment as Moment
from chainrule.explain.time_travel import RecordedRun as RecordedRun
from chainrule.explain.time_travel import reopen as reopen
