"""What every component of a pay plan is, and the clauses its lines cite."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar, Protocol

from compensation.rules.sheet import PaySheet

ONE = Decimal(1)
STANDARD, APPRAISED, COMPUTED = "D15.a", "D17.a", "D15.b"


class Component(Protocol):
    """A named part with parameters. It writes on the sheet, in the plan's order, and knows none of its neighbours."""

    kind: ClassVar[str]
    __dataclass_fields__: ClassVar[dict[str, Any]]

    def apply(self, sheet: PaySheet) -> None: ...
