"""How the gradient's norm grows and shrinks from layer to layer, and what makes it."""

from chainrule.explain.flow.entrance import gradient_flow as gradient_flow
from chainrule.explain.flow.flow import GradientFlow as GradientFlow
from chainrule.explain.flow.flow import LayerFlow as LayerFlow
