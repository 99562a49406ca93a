from django.apps import AppConfig


class TeamsConfig(AppConfig):
    name = "teams"

    def ready(self) -> None:
        from messaging.registry import use_directory  # noqa: PLC0415
        from teams.directory import TeamsDirectory  # noqa: PLC0415

        use_directory(TeamsDirectory())
