from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CrmConfig(AppConfig):
    name = "crm"
    verbose_name = _("CRM data")  # type: ignore[assignment]

    def ready(self) -> None:
        from crm.services.following import follow_company  # noqa: PLC0415
        from teams.services.company import after_changes  # noqa: PLC0415

        after_changes(follow_company)
