from __future__ import annotations

import uuid
from collections.abc import Callable

from allauth.account.adapter import get_adapter
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse

from core import audit


class AuditContextMiddleware:
    """Whatever a request writes carries its user, address and number."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with audit.acting(
            actor_id=request.user.pk if request.user.is_authenticated else None,
            source="web",
            address=get_adapter().get_client_ip(request),
            request_id=uuid.uuid4().hex,
        ):
            return self.get_response(request)


class PlainAddressMiddleware:
    """An address with a NUL in it is nobody's: PostgreSQL holds none, so nothing could be found by it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "%00" in request.META.get("QUERY_STRING", "") or "\0" in request.path:
            raise BadRequest
        return self.get_response(request)
