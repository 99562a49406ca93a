"""One's language, and the security log for who audits."""

from __future__ import annotations

from http import HTTPStatus
from typing import NoReturn

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.csrf import requires_csrf_token
from django.views.decorators.http import require_POST, require_safe

from accounts import security
from accounts.filters import SecurityFilter
from accounts.models import SecurityEvent
from accounts.requests import AuthedRequest, came_from, only_if

SEE_AUDIT = "see_audit"  # a power of `teams`, which lies above this app
PER_PAGE = 50
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
@requires_csrf_token
def expired_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """What was sent carries a token that no longer holds; the page keeps what was typed (`forms.js`)."""
    answer = render(request, "403_csrf.html", {"came_from": came_from(request)}, status=HTTPStatus.FORBIDDEN)
    answer.headers["X-Expired"] = "1"
    return answer


@login_not_required
def closed(request: HttpRequest) -> NoReturn:
    """What the sign-in library points to and this firm does not offer: signing up."""
    raise Http404


@require_safe
def security_log(request: AuthedRequest) -> HttpResponse:
    """Who failed to sign in, was kept waiting or refused; that somebody looks at it is noted as well."""
    only_if(request.user.authority.may(SEE_AUDIT))
    kind, log = request.GET.get("kind", ""), SecurityEvent.objects.visible_to(request.user)
    found = SecurityFilter(request.GET, queryset=log.filter(kind=kind) if kind in SecurityEvent.Kind.values else log)
    asked = [str(value) for value in found.form.cleaned_data.values() if value] if found.is_valid() else []
    security.note(SecurityEvent.Kind.LOOKED, request, user=request.user, what=" · ".join(filter(None, (*asked, kind))))
    context = {
        "page": Paginator(found.qs, PER_PAGE).get_page(request.GET.get("page")),
        "filter": found,
        "quick": [quick_filter(request, code, label) for code, label in (("", _("All")), *SecurityEvent.Kind.choices)],
        "days": settings.SECURITY_LOG_DAYS,
    }
    return render(request, "accounts/security_log.html", context)


def quick_filter(request: AuthedRequest, kind: str, label: object) -> dict[str, object]:
    """A filter by kind that keeps the other filters."""
    query = request.GET.copy()
    query.pop("page", None)
    query["kind"] = kind
    return {"label": label, "query": query.urlencode(), "is_current": request.GET.get("kind", "") == kind}
