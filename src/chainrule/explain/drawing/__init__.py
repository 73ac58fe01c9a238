"""Pictures of networks and of their computational graphs, as SVG, PNG, DOT or Mermaid."""

from chainrule.explain.drawing.draw import draw as draw
from chainrule.explain.drawing.draw_neurons import draw_neurons as draw_neurons
from chainrule.explain.drawing.draw_neurons import shows_as_neurons as shows_as_neurons
from chainrule.explain.drawing.picture import Picture as Picture
