from django.apps import AppConfig


class AttendanceConfig(AppConfig):
    name = "attendance"

    def ready(self) -> None:
        from approvals.subjects import use_calendar  # noqa: PLC0415
        from attendance.selectors import is_workday  # noqa: PLC0415

        use_calendar(is_workday)
