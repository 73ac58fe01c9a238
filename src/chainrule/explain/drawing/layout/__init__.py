"""Where boxes and edges go: our own layered layout, or graphviz's where that is installed.

Source: Sugiyama, Tagawa and Toda 1981: layers, then the order in each layer, then coordinates.
"""
