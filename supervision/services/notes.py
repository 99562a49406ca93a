"""What a list says to those it concerns: notes, grouped so that each person is told once by each channel."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import cycle, groupby, islice
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext

from messaging.models import Channel
from messaging.services import Draft
from messaging.telling import of_rule
from supervision.models import Addressee, LaggardEntry, ReminderRun
from supervision.selectors.rankings import Ranking, Subject
from supervision.selectors.rounds import RuleRound
from supervision.wording import period_in_words, place_in_words, week_in_words

NAMES_SHOWN = 12
PLACEHOLDERS = {"clause", "scope", "day", "week", "period", "days", "names", "entries"}
FOR_CALLS = PLACEHOLDERS | {"callees"}


@dataclass(frozen=True, slots=True)
class Listed:
    """An entry of a list about to be written, and who or what it is about."""

    entry: LaggardEntry
    subject: Subject


@dataclass(frozen=True, slots=True)
class Note:
    """A message of a list to one recipient by one channel; without `about` it is about the list as a whole."""

    run: ReminderRun
    who: str
    about: tuple[Listed, ...]
    draft: Draft


class Later:
    """Words that are chosen when they are shown, in the language active then: that of the recipient."""

    def __init__(self, say: Callable[..., str], *args: Any) -> None:
        self.say, self.args = say, args

    def __str__(self) -> str:
        return self.say(*self.args)


def in_short(value: Decimal) -> str:
    """Openings with one decimal at most."""
    return format(value.quantize(Decimal("0.1")).normalize() if value % 1 else value.quantize(Decimal(1)), "f")


def entries_in_words(listed: Sequence[Listed]) -> str:
    by_place = groupby(listed, key=lambda one: one.entry.rank)
    return gettext("; ").join(equals_in_words(list(equals)) for _rank, equals in by_place)


def equals_in_words(equals: Sequence[Listed]) -> str:
    """An entry, or the entries that share a place, told as one."""
    entry = equals[0].entry
    openings, why = in_short(entry.openings), gettext(", ").join(entry.reasons_shown)
    place = place_in_words(entry.rank, entry.of, tied=entry.tied, openings=openings)
    if entry.tied > 1:
        return gettext("%(names)s: %(place)s, %(why)s") % {"names": names_in_words(equals), "place": place, "why": why}
    return gettext("%(name)s: %(openings)s opened, %(place)s (%(why)s)") % {
        "name": equals[0].subject.name,
        "openings": openings,
        "place": place,
        "why": why,
    }


def untold(round_: RuleRound, run: ReminderRun, listed: Sequence[Listed]) -> list[dict[str, Any]]:
    """For which addressees of the rule nobody was found, and because of whom they would have been told."""
    told, found = round_.structure.told, []
    if run.is_digest:
        no_one = {"who": Addressee.IN_CHARGE.value, "codes": [], "names": []}
        return [] if round_.structure.in_charge(run.scope) else [no_one]
    for who in dict.fromkeys(addressee["who"] for addressee in round_.rule.addressees):
        missed = [
            one.subject
            for one in listed
            if round_.structure.has_post(who, one.subject) and not told(who, one.subject, run.scope)
        ]
        if missed:
            codes, names = [one.code for one in missed], [one.name for one in missed]
            found.append({"who": who, "codes": codes, "names": names})
    return found


def names_in_words(listed: Sequence[Listed]) -> str:
    """The first few names, and how many more; "nobody" where there is none."""
    if not listed:
        return gettext("nobody")
    names = gettext(", ").join(one.subject.name for one in listed[:NAMES_SHOWN])
    more = len(listed) - NAMES_SHOWN
    return gettext("%(names)s and %(more)s more") % {"names": names, "more": more} if more > 0 else names


def link_to(run: ReminderRun) -> str:
    return reverse("supervision:list", args=[run.public_id])


def notes(round_: RuleRound, run: ReminderRun, listed: Sequence[Listed], ranking: Ranking) -> list[Note]:
    """Everybody who is to be told of a list. A phone call is a task of its own for each entry.

    Whoever holds two posts that the rule speaks to gets one message by a channel, or one for each text.
    """
    found: dict[tuple[int, str, str], tuple[str, list[Listed]]] = {}
    calls: list[Note] = []
    for addressee in round_.rule.addressees:
        who, text = addressee["who"], addressee["text"]
        for channel in addressee["channels"]:
            if channel == Channel.PHONE_TASK:
                calls += calls_to_make(round_, run, listed, text)
                continue
            for one in listed:
                for user_id in round_.structure.told(who, one.subject, run.scope):
                    about = found.setdefault((user_id, channel, text), (who, []))[1]
                    if one not in about:
                        about.append(one)
            if who == Addressee.TEAM_LEADERS and round_.rule.taking.is_published:
                for subject in ranking.subjects.values():
                    for user_id in round_.structure.told(who, subject, run.scope):
                        found.setdefault((user_id, channel, text), (who, []))
    first = {(user_id, channel): text for user_id, channel, text in reversed(found)}
    return calls + [
        Note(
            run,
            who,
            tuple(about),
            draft(
                round_,
                run,
                user_id,
                channel,
                text=text,
                about=about,
                rule="" if first[user_id, channel] == text else f"{run.message_rule}/{who}",
            ),
        )
        for (user_id, channel, text), (who, about) in found.items()
    ]


def calls_to_make(round_: RuleRound, run: ReminderRun, listed: Sequence[Listed], text: str) -> list[Note]:
    """One call for each entry, in turn to those in charge; who begins changes from period to period."""
    callers = list(dict.fromkeys(member.user_id for member in round_.structure.in_charge(run.scope)))
    if not callers:
        return []
    start = round_.period.first.toordinal() % len(callers)
    turns = islice(cycle(callers), start, None)
    return [
        Note(
            run,
            Addressee.IN_CHARGE,
            (one,),
            draft(
                round_,
                run,
                caller,
                Channel.PHONE_TASK,
                text=text,
                about=[one],
                rule=f"{run.message_rule}/{one.subject.code}",
                callees=[member.name for member in round_.structure.market_managers(one.subject.unit_id)],
            ),
        )
        for one, caller in zip(listed, turns, strict=False)
    ]


def digest_notes(round_: RuleRound, run: ReminderRun, of: int) -> list[Note]:
    """All are at zero: one digest to those in charge, by SMS too where the rule sends any (reading 11)."""
    channels = {channel for addressee in round_.rule.addressees for channel in addressee["channels"]}
    recipients = dict.fromkeys(member.user_id for member in round_.structure.in_charge(run.scope))
    return [
        Note(run, Addressee.IN_CHARGE, (), draft(round_, run, user_id, channel, text="supervision.all_at_zero", of=of))
        for user_id in recipients
        for channel in (Channel.SMS, Channel.IN_APP)
        if channel == Channel.IN_APP or channel in channels
    ]


def draft(
    round_: RuleRound,
    run: ReminderRun,
    recipient_id: int,
    channel: str,
    *,
    text: str,
    about: Sequence[Listed] = (),
    rule: str = "",
    **more: Any,
) -> Draft:
    values: Mapping[str, Any] = {
        "clause": round_.rule.clause,
        "scope": run.scope.name,
        "day": round_.period.last,
        "week": Later(week_in_words, round_.period),
        "period": Later(period_in_words, round_.period),
        "days": len(round_.window(run.scope)),
        "names": Later(names_in_words, about),
        "entries": Later(entries_in_words, about),
        **more,
    }
    return of_rule(
        rule or run.message_rule,
        recipient_id,
        text,
        on=run.business_on,
        channel=channel,
        link=link_to(run),
        **values,
    )
