"""Time travel: a recorded run, reopened at any of its steps."""

from chainrule.explain.time_travel.moment import Moment as Moment
from chainrule.explain.time_travel.reopen import RecordedRun as RecordedRun
from chainrule.explain.time_travel.reopen import reopen as reopen
from chainrule.explain.time_travel.walk import Event as Event
from chainrule.explain.time_travel.walk import Walk as Walk
