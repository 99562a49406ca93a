"""Tell somebody something once.

tell([slip.person.user], texts.SLIP_REFUSED, about=slip, nth=slip.version, now=now, link=…, by=actor.name)

What makes a message the same one is the thing it is about, and which time it is told of it (`nth`: a version, a count);
never the clock, by which the same thing would be told twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db import models

from accounts.models import User
from core.clock import day_of
from messaging.models import Channel, Message
from messaging.services import Draft, post


def key_of(text: str, about: models.Model | str, nth: object = "") -> str:
    """The key under which something is told: once for each recipient and channel, whatever the day."""
    thing = about
    if isinstance(about, models.Model):
        public_id = getattr(about, "public_id", None)
        thing = public_id.hex if public_id is not None else str(about.pk)
    return ":".join(filter(None, (text, str(thing), str(nth))))


def notice(
    user: User | int,
    text: str,
    *,
    about: models.Model | str,
    nth: object = "",
    on: date,
    link: str = "",
    place: str = "",
    channel: str = Channel.IN_APP,
    **values: Any,
) -> Draft:
    """One of many that are posted together, where each says or links something else. See `tell_all`."""
    return Draft(
        rule=key_of(text, about, nth),
        business_date=on,
        recipient_id=user if isinstance(user, int) else user.pk,
        channel=channel,
        text=text,
        values=values,
        link=link,
        place=place,
    )


def tell_all(drafts: Iterable[Draft], *, now: datetime) -> int:
    """Post what was not told before under its key, on whatever day; how many were new."""
    drafts = list(drafts)
    told = set(
        Message.objects.filter(rule__in={draft.rule for draft in drafts}).values_list("rule", "recipient_id", "channel")
    )
    return post([one for one in drafts if (one.rule, one.recipient_id, one.channel) not in told], now=now)


def tell(
    users: Iterable[User | int],
    text: str,
    *,
    about: models.Model | str,
    nth: object = "",
    now: datetime,
    link: str = "",
    place: str = "",
    channels: Sequence[str] = (Channel.IN_APP,),
    on: date | None = None,
    **values: Any,
) -> int:
    """Post one text to each of them, by each channel, once for each thing and `nth`; how many messages were new.

    `place` is the path of the unit in whose sending log it is seen; `on` the day it is filed under, today otherwise.
    """
    to = sorted({user if isinstance(user, int) else user.pk for user in users})
    return tell_all(
        [
            notice(
                user,
                text,
                about=about,
                nth=nth,
                on=on or day_of(now),
                link=link,
                place=place,
                channel=channel,
                **values,
            )
            for user in to
            for channel in channels
        ],
        now=now,
    )
