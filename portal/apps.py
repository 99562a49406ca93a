from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "portal"

    def ready(self) -> None:
        from portal.selectors.figures import figures_of_person, figures_of_unit  # noqa: PLC0415
        from teams.models import Person, Unit  # noqa: PLC0415
        from teams.panels import register_panel  # noqa: PLC0415

        register_panel(Unit, "portal/figures.html", figures_of_unit)
        register_panel(Person, "portal/figures.html", figures_of_person)
