"""What people are told about pay. Never an amount: messages travel further than pay slips."""

from __future__ import annotations

from core.explain import N_
from messaging.registry import declare_text

SIGNATURES_VOID = "compensation.signatures_void"
RUN_REJECTED = "compensation.run_rejected"
DETAIL_SENT_BACK = "compensation.detail_sent_back"
SLIP_READY = "compensation.slip_ready"
QUESTION_ASKED = "compensation.question_asked"
QUESTION_ANSWERED = "compensation.question_answered"

declare_text(
    SIGNATURES_VOID,
    subject=N_("Pay report %(month)s of %(branch)s has changed: signatures are void"),
    body=N_(
        "The content of the pay report of %(branch)s for %(month)s has changed since it was reviewed or signed. "
        "What was signed is void; the report has to be reviewed and signed again. Reason: %(reason)s"
    ),
)
declare_text(
    RUN_REJECTED,
    subject=N_("Pay report %(month)s of %(branch)s was rejected"),
    body=N_("%(by)s rejected the pay report of %(branch)s for %(month)s. Reason: %(reason)s"),
)
declare_text(
    DETAIL_SENT_BACK,
    subject=N_("Business detail %(month)s of %(name)s was sent back"),
    body=N_("%(by)s sent the business detail of %(name)s for %(month)s back. Reason: %(reason)s"),
)
declare_text(
    SLIP_READY,
    subject=N_("Your pay slip for %(month)s is there"),
    body=N_("The pay report for %(month)s has been signed and filed. Your pay slip explains every amount."),
)
declare_text(
    QUESTION_ASKED,
    subject=N_("%(name)s asks about the pay slip for %(month)s"),
    body=N_("%(name)s has a question about the pay slip for %(month)s."),
)
declare_text(
    QUESTION_ANSWERED,
    subject=N_("Your question about the pay slip for %(month)s was answered"),
    body=N_("%(by)s answered your question about the pay slip for %(month)s."),
)
