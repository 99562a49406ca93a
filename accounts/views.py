from __future__ import annotations

from typing import NoReturn

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

TEN_YEARS = 10 * 365 * 24 * 60 * 60


@login_not_required
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Kept with the person; in a cookie as well, for the sign-in page."""
    language, came_from = request.POST.get("language", ""), request.POST.get("next", "")
    if language not in dict(settings.LANGUAGES):
        raise BadRequest
    if request.user.is_authenticated:
        request.user.language = language
        request.user.save(update_fields=["language"])
    is_ours = url_has_allowed_host_and_scheme(came_from, {request.get_host()}, require_https=request.is_secure())
    response = redirect(came_from if is_ours else settings.LOGIN_REDIRECT_URL)
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=TEN_YEARS,
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )
    return response


@login_not_required
def closed(request: HttpRequest) -> NoReturn:
    """What the sign-in library points to and this firm does not offer: signing up."""
    raise Http404
