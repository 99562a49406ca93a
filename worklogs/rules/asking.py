"""What is asked of a customer manager in a unit on a day (S3.2, S3.g)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from core.explain import N_, RuleValue
from worklogs.rules.kinds import Kind

PASS_BY_SCORE, PASS_BY_BOTH = N_("score"), N_("both")


@dataclass(frozen=True, eq=False)
class Requirement:
    """The rule values that hold for a unit on a day, by parameter code (`worklogs.parameters`)."""

    values: Mapping[str, RuleValue]

    def rule(self, name: str) -> RuleValue:
        return self.values[f"worklogs.{name}"]

    def number(self, name: str) -> int:
        return cast(int, self.rule(name).value)

    def points(self, kind: Kind) -> int:
        return self.number(f"points_{kind}")

    def cap(self, kind: Kind) -> int:
        """The most points a kind brings in a day; 0 where there is no cap."""
        return self.number(f"cap_{kind}")

    def day_quota(self, kind: Kind) -> RuleValue:
        return self.rule(f"day_{kind}")

    def week_quota(self, kind: Kind) -> RuleValue:
        return self.rule(f"week_{kind}")

    @property
    def only_clients_found(self) -> bool:
        """Whether a call counts only where the CRM knows the client."""
        return not self.rule("clients_not_found_score").value

    def passes(self, *, score_pass: bool, quota_met: bool) -> bool:
        """What the two verdicts mean together (reading 2)."""
        return score_pass and (quota_met or self.rule("pass_rule").value == PASS_BY_SCORE)
