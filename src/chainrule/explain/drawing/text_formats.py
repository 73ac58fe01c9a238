"""Diagrams as text for other programs: graphviz's DOT language and Mermaid."""

from chainrule.explain.drawing.diagram import Diagram
from chainrule.explain.drawing.theme import Role, Theme


def to_dot(diagram: Diagram, theme: Theme) -> str:
    """Return a diagram in graphviz's DOT language.

    Source: graphviz.org, "DOT Language".
    """
    lines = [
        f"digraph {_dot_quoted(diagram.title)} {{",
        f'  rankdir={"TB" if diagram.leads_down else "LR"}; bgcolor="{theme.background}";',
        '  node [shape=box, style="rounded,filled", fontname="Helvetica", fontsize=11, '
        f'fontcolor="{theme.text}"];',
        f'  edge [color="{theme.edge}", fontcolor="{theme.muted}", fontname="Helvetica", '
        "fontsize=9];",
    ]
    for position, vertex in enumerate(diagram.vertices):
        tint = theme.tints[vertex.role]
        label = _dot_quoted("\n".join(map(str, vertex.lines)))
        lines.append(
            f'  n{position} [label={label}, fillcolor="{tint.fill}", color="{tint.stroke}"];'
        )
    for edge in diagram.edges:
        options = [f"label={_dot_quoted(edge.label)}"] * bool(edge.label)
        options += [f'color="{edge.colour}"'] * bool(edge.colour)
        options += ["style=dashed"] * edge.is_dashed
        lines.append(
            f"  n{edge.source} -> n{edge.target}"
            + (f" [{', '.join(options)}];" if options else ";")
        )
    return "\n".join([*lines, "}", ""])


def _dot_quoted(text: str) -> str:
    """Return a text as a quoted string of DOT."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def to_mermaid(diagram: Diagram, theme: Theme) -> str:
    """Return a diagram as a Mermaid flowchart.

    Source: mermaid.js.org, "Flowcharts".
    """
    lines = [f"flowchart {'TB' if diagram.leads_down else 'LR'}"]
    roles: dict[Role, list[str]] = {}
    for position, vertex in enumerate(diagram.vertices):
        label = "<br/>".join(_mermaid_escaped(str(line)) for line in vertex.lines)
        left, right = ("([", "])") if vertex.is_leaf else ("[", "]")
        lines.append(f'  n{position}{left}"{label}"{right}')
        roles.setdefault(vertex.role, []).append(f"n{position}")
    for edge in diagram.edges:
        arrow = "-.->" if edge.is_dashed else "-->"
        label = f'|"{_mermaid_escaped(edge.label)}"|' if edge.label else ""
        lines.append(f"  n{edge.source} {arrow}{label} n{edge.target}")
    for position, edge in enumerate(diagram.edges):
        if edge.colour:
            lines.append(f"  linkStyle {position} stroke:{edge.colour}")
    for role, names in roles.items():
        tint = theme.tints[role]
        lines.append(f"  classDef {role} fill:{tint.fill},stroke:{tint.stroke},color:{theme.text}")
        lines.append(f"  class {','.join(names)} {role}")
    return "\n".join([*lines, ""])


def _mermaid_escaped(text: str) -> str:
    """Return a text for a quoted label: what has a meaning there is written by its number."""
    return "".join(f"#{ord(c)};" if c in '"#&<>`\\;' else c for c in text)
