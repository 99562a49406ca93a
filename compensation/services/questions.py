"""A question on one's own pay slip, and the finance clerk's answer."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.models import User
from compensation.models import PayLine, PaySlip, Question
from compensation.services import notices
from compensation.services.refusals import NothingToAnswer
from core.refusals import NotYours, given
from teams.authority import Power
from teams.reach import must_hold

LONGEST = 1000


@transaction.atomic
def ask_question(*, slip: PaySlip, text: str, actor: User, now: datetime, line: PayLine | None = None) -> Question:
    """Ask about one's own slip; the branch's finance clerks are told. Raises `ReasonMissing`."""
    if slip.person.user_id != actor.pk or (line is not None and line.slip_id != slip.pk):
        raise NotYours
    PaySlip.objects.select_for_update(of=["self"]).get(pk=slip.pk)  # two clicks at once come one after the other
    said = {"slip": slip, "line": line, "text": given(text, LONGEST), "asked_by": actor}
    if there := Question.objects.open().filter(**said).first():
        return there
    question = Question.objects.create(**said, asked_at=now)
    notices.question_is_asked(question, now)
    return question


@transaction.atomic
def answer_question(*, question: Question, answer: str, actor: User, now: datetime) -> Question:
    """Answer a question; the one who asked is told. Raises `NothingToAnswer` and `ReasonMissing`."""
    must_hold(actor, Power.REVIEW_DETAIL, question.slip.run.branch)
    if (question.answer, question.answered_by_id) == (given(answer, LONGEST), actor.pk):
        return question  # done already
    answered = Question.objects.filter(pk=question.pk, answered_at=None).update(
        answer=given(answer, LONGEST), answered_by=actor, answered_at=now
    )
    if not answered:
        raise NothingToAnswer
    question.refresh_from_db()
    notices.question_is_answered(question, actor, now)
    return question
