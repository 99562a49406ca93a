from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TeamsConfig(AppConfig):
    name = "teams"
    verbose_name = _("Units and people")  # type: ignore[assignment]

    def ready(self) -> None:
        from messaging.registry import use_directory  # noqa: PLC0415
        from teams.directory import TeamsDirectory  # noqa: PLC0415

        use_directory(TeamsDirectory())
