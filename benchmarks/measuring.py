"""What the benchmarks have in common: a database of their own, times taken in turn, a result with its hold."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

HOME = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Result:
    """A job's best time and its anchor's. `hold` is the bound of the ratio ours : anchor; of times the smaller is better."""

    job: str
    ours: float
    anchor: float
    hold: float
    note: str = ""

    @property
    def ratio(self) -> float:
        return self.ours / self.anchor

    @property
    def row(self) -> str:
        met = "yes" if self.ratio <= self.hold else "no"
        parts = (self.job, f"{self.ours:.3g} s", f"{self.anchor:.3g} s", f"{self.ratio:.2f}", f"≤ {self.hold:.2f}", met)
        return f"| {' | '.join(parts)} |" + (f" <!-- {self.note} -->" if self.note else "")

    @property
    def line(self) -> str:
        return f"{self.job}: {self.ours:.3g} s, anchor {self.anchor:.3g} s, ratio {self.ratio:.2f} (hold {self.hold:.2f}) {self.note}"


def on_the_bench() -> None:
    """Set Django up on a database called `bench…`, migrated."""
    if "DATABASE_URL" not in os.environ:
        from core import embedded, roles  # noqa: PLC0415

        at = embedded.postgres(HOME / "var", "bench", user=roles.SUPERUSER)  # it migrates, and empties what is kept
        host = quote(str(at["HOST"]), safe="")
        os.environ["DATABASE_URL"] = f"postgresql://{at['USER']}@:{at['PORT']}/{host}/bench"
        os.environ.setdefault("DJANGO_DEBUG", "1")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django  # noqa: PLC0415

    django.setup()
    from django.conf import settings  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415

    if not settings.DATABASES["default"]["NAME"].startswith("bench"):
        sys.exit("DATABASE_URL must name a database called bench…; it is emptied")
    call_command("migrate", verbosity=0)


def in_turn(
    jobs: Mapping[str, Callable[[], object]], *, rounds: int, before: Callable[[str], object]
) -> dict[str, float]:
    """The best time of each job, all of them once a round; `before` prepares, and is not timed."""
    best: dict[str, float] = {}
    for _ in range(rounds):
        for name, job in jobs.items():
            before(name)
            began = time.perf_counter()
            job()
            best[name] = min(best.get(name, float("inf")), time.perf_counter() - began)
    return best
