from django.apps import AppConfig


class CrmConfig(AppConfig):
    name = "crm"

    def ready(self) -> None:
        from crm.services import follow_company  # noqa: PLC0415
        from teams.services.company import after_changes  # noqa: PLC0415

        after_changes(follow_company)
