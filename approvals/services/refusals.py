from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.refusals import MovedOn, NotDone, NotYours


class RequestChanged(MovedOn):
    text = _("The content has changed since you opened it. Look at it again; opinions given before are kept as such.")


class NotAsked(MovedOn):
    text = _("You are not asked any more: somebody else was quicker, or the request has gone on.")


class NotYourTurn(MovedOn):
    text = _("It is not your turn yet: somebody before you is asked first.")


class Finished(MovedOn):
    text = _("This request is finished: %(state)s.")


class UnderDecision(MovedOn):
    text = _("A request about this is under decision already.")


class WithAuthor(MovedOn):
    text = _("This request was returned to its author; it comes back when it is submitted again.")


class OwnRequest(NotYours):
    text = _("Nobody decides on a request of their own.")


class DecidedElsewhere(NotYours):
    text = _("Whoever decided at another stage cannot decide here as well.")


class NotOnThisRoute(NotDone):
    text, status = _("On this route only those who hold the posts decide; nobody stands in but by an appointment."), 409


class AskedAlready(NotDone):
    text, field = _("%(name)s is asked in this round already."), "whom"


class HasSpoken(MovedOn):
    text = _("Somebody after you, or the person herself, has spoken already.")


class NothingBefore(NotDone):
    text, status = _("There is no stage before this one; return it to the author."), 409


class RemindedAlready(NotDone):
    text, status = _("They were reminded within the last hour."), 409


class NobodyNamed(NotDone):
    text, field = _("Name the departments that must countersign."), "named"


class QuestionOpen(MovedOn):
    text = _("A question lies with the author already.")


class NoQuestion(MovedOn):
    text = _("No question waits for an answer.")
