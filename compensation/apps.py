from django.apps import AppConfig


class CompensationConfig(AppConfig):
    name = "compensation"

    def ready(self) -> None:
        from compensation.selectors.dependencies import pay_built_on, pay_touched_by  # noqa: PLC0415
        from crm.services import register_dependency, register_notice  # noqa: PLC0415

        register_dependency(pay_built_on)
        register_notice(pay_touched_by)
