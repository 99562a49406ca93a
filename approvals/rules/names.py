"""The words of requests, as they are stored; how they are shown stands with the models."""

from __future__ import annotations

from enum import StrEnum


class RequestState(StrEnum):
    """Where a request stands."""

    OPEN = "open"
    WITH_AUTHOR = "with_author"
    AGREED = "agreed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


FINISHED = frozenset({RequestState.AGREED, RequestState.REFUSED, RequestState.WITHDRAWN})


class Ending(StrEnum):
    """How an assignment ended; exactly one of them. Open: none yet."""

    OPEN = ""
    AGREED = "agreed"
    REMARKED = "remarked"  # agreed with a remark
    REFUSED = "refused"
    NOT_NEEDED = "not_needed"
    WITHDRAWN = "withdrawn"
    TRANSFERRED = "transferred"
    DELEGATED = "delegated"
    RETURNED = "returned"
    ESCALATED = "escalated"


YES = frozenset({Ending.AGREED, Ending.REMARKED})
DECIDED = YES | {Ending.REFUSED}


class Quorum(StrEnum):
    """How many of a stage's people decide it."""

    ONE = "one"
    ANY = "any"  # 或签
    ALL = "all"  # 会签
    IN_ORDER = "in_order"  # 依次
    SHARE = "share"  # 比例会签


class Verdict(StrEnum):
    OPEN = ""
    AGREED = "agreed"
    REFUSED = "refused"


class Placing(StrEnum):
    """Where a signer is added."""

    BEFORE = "before"
    AFTER = "after"
    BESIDE = "beside"
