from __future__ import annotations

from collections.abc import Iterable

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TeamsConfig(AppConfig):
    name = "teams"
    verbose_name = _("Units and people")  # type: ignore[assignment]

    def ready(self) -> None:
        from accounts.passwords import use_names  # noqa: PLC0415
        from messaging.registry import use_directory  # noqa: PLC0415
        from teams.directory import TeamsDirectory  # noqa: PLC0415

        use_directory(TeamsDirectory())
        use_names(names_of_units)


def names_of_units() -> Iterable[str]:
    """For passwords, which hold none of them."""
    from teams.models import Unit, UnitKind  # noqa: PLC0415

    named = (UnitKind.COMPANY, UnitKind.REGIONAL_DEPARTMENT, UnitKind.BRANCH)
    return Unit.objects.filter(kind__in=named).values_list("name", flat=True)
