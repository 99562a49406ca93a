from django.apps import AppConfig


class CompensationConfig(AppConfig):
    name = "compensation"

    def ready(self) -> None:
        from compensation.selectors.dependencies import pay_built_on, pay_touched_by  # noqa: PLC0415
        from compensation.selectors.weeks import closed_in  # noqa: PLC0415
        from crm.services import register_dependency, register_notice  # noqa: PLC0415
        from worklogs.services import register_closing  # noqa: PLC0415

        register_dependency(pay_built_on)
        register_notice(pay_touched_by)
        register_closing(closed_in)
