"""What requests say to people."""

from core.explain import N_
from messaging.registry import declare_text

WAITS = declare_text(
    "approvals.waits",
    subject=N_("Waiting for you: %(title)s"),
    body=N_("%(title)s (%(number)s) of %(author)s waits for your decision: %(stage)s."),
).code
FINISHED = declare_text(
    "approvals.finished",
    subject=N_("%(title)s: %(state)s"),
    body=N_("%(title)s (%(number)s): %(state)s. %(remark)s"),
).code
RETURNED = declare_text(
    "approvals.returned",
    subject=N_("%(title)s has come back to you"),
    body=N_("%(by)s returned %(title)s (%(number)s): %(remark)s"),
).code
ASKED = declare_text(
    "approvals.asked",
    subject=N_("A question on %(title)s"),
    body=N_("%(by)s asks on %(title)s (%(number)s): %(remark)s The deadline stands still until you answer."),
).code
ANSWERED = declare_text(
    "approvals.answered",
    subject=N_("Your question on %(title)s is answered"),
    body=N_("%(by)s on %(title)s (%(number)s): %(remark)s"),
).code
REMINDER = declare_text(
    "approvals.reminder",
    subject=N_("Still waiting for you: %(title)s"),
    body=N_("%(title)s (%(number)s) of %(author)s still waits for your decision; due %(due)s."),
).code
CHANGED = declare_text(
    "approvals.changed",
    subject=N_("%(title)s has changed"),
    body=N_("The content of %(title)s (%(number)s) has changed. Your opinion is kept on the version it was given on."),
).code
GONE = declare_text(
    "approvals.not_needed",
    subject=N_("%(title)s no longer needs you"),
    body=N_("%(title)s (%(number)s) no longer waits for you: %(why)s"),
).code
