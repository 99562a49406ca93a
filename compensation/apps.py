from django.apps import AppConfig


class CompensationConfig(AppConfig):
    name = "compensation"

    def ready(self) -> None:
        from compensation.matters import declare_matters  # noqa: PLC0415
        from compensation.selectors import dependencies  # noqa: PLC0415
        from compensation.selectors.weeks import closed_in  # noqa: PLC0415
        from crm.services.following import register_closed_months  # noqa: PLC0415
        from crm.services.importing import register_dependency, register_notice  # noqa: PLC0415
        from crm.services.moves import register_pay  # noqa: PLC0415
        from worklogs.services.judging import register_closing  # noqa: PLC0415

        register_closed_months(dependencies.closed_months)
        register_dependency(dependencies.pay_built_on)
        register_notice(dependencies.pay_touched_by)
        register_pay(dependencies.pay_as_it_stands)
        register_closing(closed_in)
        declare_matters()
