from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def shell(request: HttpRequest) -> dict[str, Any]:
    """What the frame around every page needs."""
    return {"firm_name": settings.FIRM_NAME, "is_demo": settings.DEMO}
