from __future__ import annotations

from allauth.core.internal.ratelimit import truncate_ip

from accounts.models import SecurityEvent, User


def has_signed_in_from(user: User, network: str) -> bool:
    """Whether the person has signed in from there, as far back as the security log is kept. `network` is an address as
    `truncate_ip` leaves it: of IPv6, where a device changes its address every day, the first half."""
    signed_in = SecurityEvent.objects.filter(user=user, kind=SecurityEvent.Kind.SIGNED_IN)
    return network in {truncate_ip(address) for address in signed_in.values_list("address", flat=True).distinct()}
