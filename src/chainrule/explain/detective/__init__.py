"""The detective: which mistake made a wrong number."""

from chainrule.explain.detective.change import Change as Change
from chainrule.explain.detective.detect import detect as detect
from chainrule.explain.detective.findings import Explanation as Explanation
from chainrule.explain.detective.findings import Findings as Findings
from chainrule.explain.detective.mistake import Mistake as Mistake
from chainrule.explain.detective.mistake import Variant as Variant
from chainrule.explain.detective.mistakes import MISTAKES as MISTAKES
