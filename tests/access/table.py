"""Who gets what at which address: the rows of all apps, tried in full by `test_access.py`.

A new address needs a line in its app's `tests/room.py`, and a thing if it takes a parameter; until then the build fails.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from django.conf import settings

from tests.access.lines import BUILDERS, Line

ROOMS = [app for app in settings.OWN_APPS if Path(settings.BASE_DIR, app, "tests", "room.py").exists()]
TABLE: list[Line] = [line for app in ROOMS for line in import_module(f"{app}.tests.room").LINES]
__all__ = ["BUILDERS", "CONSOLE", "SIGN_IN", "TABLE"]

# What third parties bring along. Of the sign-in pages only the status for a visitor and for a signed-in person is ours
# to promise: (visitor, signed in).
SIGN_IN: dict[str, tuple[int, int]] = {
    "account_login": (200, 302),
    "account_logout": (302, 200),
    "account_inactive": (200, 200),
    "account_reauthenticate": (302, 200),
    "account_change_password": (302, 200),
    "account_set_password": (302, 302),
    "account_signup": (404, 404),  # people are entered with their posting, never by themselves
    "mfa_index": (302, 200),
    "mfa_authenticate": (302, 302),
    "mfa_reauthenticate": (302, 302),
    "mfa_activate_totp": (302, 302),
    "mfa_deactivate_totp": (302, 404),
    "mfa_view_recovery_codes": (302, 404),
    "mfa_generate_recovery_codes": (302, 302),
    "mfa_download_recovery_codes": (302, 404),
    "usersessions_list": (302, 200),
}
# The console is for those with the power (`open_console`); everybody else is refused, a visitor signs in first.
CONSOLE = "admin:"
