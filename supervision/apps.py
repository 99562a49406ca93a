from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class SupervisionConfig(AppConfig):
    name = "supervision"
    verbose_name = _("Supervision")  # type: ignore[assignment]

    def ready(self) -> None:
        from attendance.selectors import calendar_for  # noqa: PLC0415
        from crm.services.importing import register_dependency, use_trading_days  # noqa: PLC0415
        from messaging.registry import use_sms_segments  # noqa: PLC0415
        from supervision.declared import plant_rules  # noqa: PLC0415
        from supervision.selectors.dependencies import lists_built_on  # noqa: PLC0415
        from supervision.selectors.rounds import sms_segments  # noqa: PLC0415

        register_dependency(lists_built_on)
        use_trading_days(lambda period: calendar_for(period).trading_days(period))
        use_sms_segments(sms_segments)
        post_migrate.connect(plant_rules, sender=self, dispatch_uid="supervision.rules")
