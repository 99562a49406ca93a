"""How often one may mistype: by account, and by account and address. By address alone only far above what a branch does,
and then slower for a few seconds, never shut: behind one address may sit a whole branch.
"""

from __future__ import annotations

import contextlib
import hashlib
import time
from datetime import UTC, datetime

from allauth.core.internal.ratelimit import Rate, SingleRateLimitUsage, apply_rate, cache_lock, truncate_ip
from allauth.core.internal.ratelimit import clear as clear_codes
from django.core.cache import cache
from redis.exceptions import RedisError

from accounts.models import User
from accounts.selectors import has_signed_in_from

MISTYPED = Rate(5, 15 * 60, "key")
FROM_ONE_ADDRESS = Rate(30, 10, "ip")  # of people who never signed in from there


class Waits(Exception):
    """No password is looked at until then. `is_account`: this account waits, else everybody new at this address."""

    def __init__(self, until: datetime, *, is_account: bool) -> None:
        super().__init__(until)
        self.until, self.is_account = until, is_account


def attempt(*, number: str, address: str) -> SingleRateLimitUsage:
    """Count a try before its password is looked at; roll it back where the password was right. Raises `Waits`.

    Where the person has signed in from before counts apart, so that guessing from elsewhere never keeps her out. A
    password that is given to her, or that she chooses, begins the count anew: it opens the lock.
    """
    user = User.objects.filter(employee_no__iexact=number).first()
    address = truncate_ip(address)
    is_known = user is not None and has_signed_in_from(user, address)
    if not is_known:
        _count(f"address|{address}", FROM_ONE_ADDRESS, is_account=False)
    since = str(user.one_time_until or user.password_set_at or "") if user else ""
    return _count(f"{number.lower()}|{address if is_known else 'elsewhere'}|{since}", MISTYPED, is_account=True)


def _count(key: str, rate: Rate, *, is_account: bool) -> SingleRateLimitUsage:
    cache_key = f"accounts:limit:{hashlib.sha256(key.encode()).hexdigest()}"
    with cache_lock(cache_key) as is_ours:
        now = time.time()
        is_allowed, history = apply_rate(cache.get(cache_key, []), now, rate)
        if not (is_ours and is_allowed):
            oldest = history[-1] if history else now - rate.duration + 1
            raise Waits(datetime.fromtimestamp(oldest + rate.duration, UTC), is_account=is_account)
        cache.set(cache_key, history, int(rate.duration))
    return SingleRateLimitUsage(cache_key=cache_key, cache_duration=rate.duration, timestamp=now)


def open_codes(user: User) -> None:
    """The library counts mistyped codes by person: a one-time password opens that lock as well."""
    with contextlib.suppress(RedisError):  # without it nothing is counted either
        clear_codes(None, app="allauth.account", action="login_failed", key=f"mfa-auth-user-{user.pk}")  # type: ignore[arg-type]
