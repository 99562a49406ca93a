"""What a view behind the sign-in may rely on."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.middleware import HtmxDetails

from accounts.models import User


class AuthedRequest(HttpRequest):
    """A request of somebody signed in, who carries today's authority."""

    user: User
    htmx: HtmxDetails


def only_if(is_theirs: bool) -> None:
    """Raises `PermissionDenied` unless it is theirs to do. Powers are asked for by `teams.reach`; this is for what more a
    rule says, and for the apps below."""
    if not is_theirs:
        raise PermissionDenied


def came_from(request: HttpRequest) -> str:
    """The page of ours from which something was sent, "" where the browser does not say."""
    referrer = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(referrer, {request.get_host()}, require_https=request.is_secure()):
        return ""
    parts = urlsplit(referrer)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
