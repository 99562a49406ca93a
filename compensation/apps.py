from django.apps import AppConfig


class CompensationConfig(AppConfig):
    name = "compensation"

    def ready(self) -> None:
        from compensation.selectors import dependencies  # noqa: PLC0415
        from compensation.selectors.weeks import closed_in  # noqa: PLC0415
        from crm import services as crm  # noqa: PLC0415
        from worklogs.services import register_closing  # noqa: PLC0415

        crm.register_closed_months(dependencies.closed_months)
        crm.register_dependency(dependencies.pay_built_on)
        crm.register_notice(dependencies.pay_touched_by)
        crm.register_pay(dependencies.pay_as_it_stands)
        register_closing(closed_in)
