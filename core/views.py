from __future__ import annotations

import sys
from http import HTTPStatus

from django.db import IntegrityError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from redis.exceptions import RedisError

from core.closing import is_closed

OUTAGES = (OperationalError, InterfaceError, RedisError)
SECONDS_UNTIL_RETRY = "30"


def server_error(request: HttpRequest) -> HttpResponse:
    """What a visitor sees when we failed: 503 while database or Redis are away, 409 where a month was closed at that very
    moment, else 500. Needs neither of them."""
    problem = sys.exc_info()[1]
    if isinstance(problem, IntegrityError) and is_closed(problem):
        return HttpResponse(render_to_string("409.html"), status=HTTPStatus.CONFLICT)
    if isinstance(problem, OUTAGES):
        page = render_to_string("503.html")
        headers = {"Retry-After": SECONDS_UNTIL_RETRY}
        return HttpResponse(page, status=HTTPStatus.SERVICE_UNAVAILABLE, headers=headers)
    return HttpResponse(render_to_string("500.html"), status=HTTPStatus.INTERNAL_SERVER_ERROR)
