"""What an address names, fetched in scope."""

from __future__ import annotations

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from accounts.models import User
from compensation.selectors.stands import pay_branches
from core.periods import Month
from teams.models import Unit


def branch_month(user: User, branch: str, month: str) -> tuple[Unit, Month]:
    """The branch whose pay one may see, and the month. 404 otherwise."""
    try:
        period = Month.parse(month)
    except ValueError as reason:
        raise Http404(_("There is no such month.")) from reason
    return get_object_or_404(pay_branches(user), code=branch), period
