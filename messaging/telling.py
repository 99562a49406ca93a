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
    /,
    *,
    about: models.Model | str,
    nth: object = "",
    on: date,
    link: str = "",
    place: str = "",
    channel: str = Channel.IN_APP,
    due_on: date | None = None,
    **values: Any,
) -> Draft:
    """One of many that are posted together, where each says or links something else. See `tell_all`."""
    return of_rule(
        key_of(text, about, nth), user, text, on=on, link=link, place=place, channel=channel, due_on=due_on, **values
    )


def of_rule(
    rule: str,
    user: User | int,
    text: str,
    /,
    *,
    on: date,
    link: str = "",
    place: str = "",
    channel: str = Channel.IN_APP,
    due_on: date | None = None,
    **values: Any,
) -> Draft:
    """What a rule says of the day `on`, once for it: all days of a rule are one subject of the inbox."""
    return Draft(
        rule=rule,
        business_date=on,
        recipient_id=user if isinstance(user, int) else user.pk,
        channel=channel,
        text=text,
        values={"on": on, **values},
        link=link,
        place=place,
        due_on=due_on,
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
    /,
    *,
    about: models.Model | str,
    nth: object = "",
    now: datetime,
    link: str = "",
    place: str = "",
    channels: Sequence[str] = (Channel.IN_APP,),
    on: date | None = None,
    due_on: date | None = None,
    **values: Any,
) -> int:
    """Post one text to each of them, by each channel, once for each thing and `nth`; how many messages were new.

    `place` is the path of the unit in whose sending log it is seen; `on` the day it is filed under, today otherwise.
    """
    to = sorted({user if isinstance(user, int) else user.pk for user in users})
    said: dict[str, Any] = {"about": about, "nth": nth, "on": on or day_of(now), "link": link, "place": place}
    drafts = [
        notice(user, text, channel=channel, due_on=due_on, **said, **values) for user in to for channel in channels
    ]
    return tell_all(drafts, now=now)
