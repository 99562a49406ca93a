"""The files the demonstration hands in, as a person would: CSV in a folder."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

from portal.demonstration.company import Row


def folder() -> Path:
    place = Path(settings.VAR_DIR) / "demo"
    place.mkdir(parents=True, exist_ok=True)
    return place


def written(name: str, rows: Iterable[Row]) -> Path:
    """The file `name` with the rows; the first row's keys are the columns. At least one row is needed."""
    path = folder() / name
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = iter(rows)
    first = next(rows)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(first))
        writer.writeheader()
        writer.writerow(first)
        writer.writerows(rows)
    return path
