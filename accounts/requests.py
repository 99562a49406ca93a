"""What a view behind the sign-in may rely on."""

from __future__ import annotations

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from accounts.models import User


class AuthedRequest(HttpRequest):
    """A request of somebody signed in, who carries today's authority."""

    user: User
    htmx: HtmxDetails
