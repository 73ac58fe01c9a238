"""Engines run training steps; each states what it can do."""

from chainrule.engines.compiled import CompiledEngine as CompiledEngine
from chainrule.engines.eager import EagerEngine as EagerEngine
from chainrule.engines.engine import Engine as Engine
from chainrule.engines.engine import LossFunction as LossFunction
from chainrule.engines.engine import StepResult as StepResult
from chainrule.engines.engine import Steps as Steps
from chainrule.engines.job import Job as Job
from chainrule.engines.observation import Observation as Observation
from chainrule.engines.processes import Processes as Processes
from chainrule.engines.processes import is_first_process as is_first_process
from chainrule.engines.processes import was_restarted as was_restarted
from chainrule.engines.selection import ENGINES as ENGINES
from chainrule.engines.selection import check_device as check_device
from chainrule.engines.selection import check_engine as check_engine
from chainrule.engines.selection import make_engine as make_engine
