from django.apps import AppConfig


class CompensationConfig(AppConfig):
    name = "compensation"

    def ready(self) -> None:
        from compensation.selectors.dependencies import closed_months_built_on  # noqa: PLC0415
        from crm.services import register_dependency  # noqa: PLC0415

        register_dependency(closed_months_built_on)
