"""The declared parameters of all apps. Each declares its own in `<app>/parameters.py`, found when Django starts.

A declared default is no row: where the company has set nothing, the default holds as layer "" without a date.
So a new parameter works from the moment it is declared, and a changed default needs no data migration.
"""

from __future__ import annotations

from policies.rules import Direction, Parameter

__all__ = ["Direction", "Parameter", "declare", "parameter", "parameters"]

_declared: dict[str, Parameter] = {}


def declare(*parameters: Parameter) -> None:
    """Make parameters known. Raises `ValueError` where a code is taken by another one."""
    for one in parameters:
        if _declared.setdefault(one.code, one) != one:
            raise ValueError(f"Two parameters are called {one.code}")


def parameter(code: str) -> Parameter:
    """Raises `KeyError` for a code nobody declared."""
    return _declared[code]


def parameters() -> list[Parameter]:
    """All of them, by code."""
    return [_declared[code] for code in sorted(_declared)]
