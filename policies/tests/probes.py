"""Parameters that exist in tests only."""

from __future__ import annotations

from datetime import time

from policies.rules import Direction, Parameter

MARK = Parameter("probe.mark", "Pass mark", "S3.2", "points", "int", Direction.UP, 20)
GRACE = Parameter("probe.grace", "Grace", "D8.1", "minutes", "int", Direction.DOWN, 5)
CUT_OFF = Parameter("probe.cut_off", "Cut-off", "S3.2", "", "time", Direction.DOWN, time(22))
FIRM = Parameter("probe.firm", "Firm's own", "S7.1", "", "bool", Direction.FIXED, True)
ALL = (MARK, GRACE, CUT_OFF, FIRM)
