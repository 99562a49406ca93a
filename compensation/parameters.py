from __future__ import annotations

from decimal import Decimal

from core.explain import N_
from policies.registry import Direction, Parameter, declare

MINIMUM_WAGE = "compensation.minimum_wage"
UNUSUAL_CHANGE = "compensation.unusual_change"
VALID_MIN_ASSETS = "compensation.valid_min_assets"
VALID_MIN_TRADES = "compensation.valid_min_trades"
VALID_WITHIN_DAYS = "compensation.valid_within_days_of_opening"
VALID_RULE = "compensation.valid_rule"
LOGS_KEPT = "compensation.logs_kept"
ANY, ALL = N_("any"), N_("all")
VALID_CODES = (VALID_MIN_ASSETS, VALID_MIN_TRADES, VALID_WITHIN_DAYS, VALID_RULE)

declare(
    Parameter(
        MINIMUM_WAGE,
        N_("Local minimum wage: pay below it is pointed out"),
        "D15.b",
        N_("yuan a month"),
        "decimal",
        Direction.FREE,
        Decimal(2000),
    ),
    Parameter(
        UNUSUAL_CHANGE,
        N_("Change from the month before that a reviewer is asked to look at"),
        "D15.a",
        N_("of the month before"),
        "decimal",
        Direction.DOWN,
        Decimal("0.5"),
    ),
    Parameter(
        LOGS_KEPT,
        N_("Work logs are kept: switched off before the branch began to keep them and through an outage"),
        "D16.a",
        "",
        "bool",
        Direction.FREE,
        True,
    ),
    Parameter(
        VALID_MIN_ASSETS,
        N_("A new account is valid from assets of"),
        "D15.a",
        N_("yuan at month end"),
        "decimal",
        Direction.UP,
        Decimal(5000),
    ),
    Parameter(
        VALID_MIN_TRADES,
        N_("A new account is valid from trades in its month of (0: not asked)"),
        "D15.a",
        N_("trades in the month"),
        "int",
        Direction.UP,
        0,
    ),
    Parameter(
        VALID_WITHIN_DAYS,
        N_("A new account shows that it is valid within days of its opening (0: at the end of its month)"),
        "D15.a",
        N_("days"),
        "int",
        Direction.FREE,
        0,
    ),
    Parameter(
        VALID_RULE,
        N_("A new account is valid when it meets, of assets and trades,"),
        "D15.a",
        "",
        "choice",
        Direction.UP,
        ALL,
        (ANY, ALL),
    ),
)
