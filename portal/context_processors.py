from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from portal.navigation import navigation, tabs
from portal.selectors import in_hand


def shell(request: HttpRequest) -> dict[str, Any]:
    """What the frame around every page needs."""
    context: dict[str, Any] = {"firm_name": settings.FIRM_NAME, "is_demo": settings.DEMO, "languages": LANGUAGES}
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated and hasattr(user, "authority"):
        groups = navigation(user, request.path)
        context |= {"navigation": groups, "tabs": tabs(groups), "in_hand": SimpleLazyObject(lambda: in_hand(user))}
    return context


# Each language in its own words, so that one finds it in any other.
LANGUAGES = (("zh-hans", "简体中文"), ("zh-hant", "繁體中文"), ("en", "English"))
