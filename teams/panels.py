"""What apps above show on the pages of units and people: they register a panel, so that nothing here calls upwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from accounts.models import User
from teams.models import Person, Unit

Figures = Callable[[Any, User, date], Any]
_panels: dict[type[Unit | Person], list[tuple[str, Figures]]] = {Unit: [], Person: []}


@dataclass(frozen=True)
class Panel:
    template: str
    figures: Any


def register_panel(of: type[Unit | Person], template: str, figures: Figures) -> None:
    """`figures(unit or person, reader, day)` gives what `template` shows as `figures`; None shows nothing."""
    if (template, figures) not in _panels[of]:
        _panels[of].append((template, figures))


def panels(one: Unit | Person, user: User, on: date) -> list[Panel]:
    found = ((template, figures(one, user, on)) for template, figures in _panels[type(one)])
    return [Panel(template, figures) for template, figures in found if figures is not None]
