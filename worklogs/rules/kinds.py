"""What is counted on a work log, and by which clause (S3.a–S3.e)."""

from __future__ import annotations

from enum import StrEnum

from core.explain import N_


class Kind(StrEnum):
    """What is counted on a work log."""

    BROCHURES = "brochures"
    PROSPECT = "prospect"
    APPOINTMENT = "appointment"
    PROSPECT_CALL = "prospect_call"
    CLIENT_CALL = "client_call"


class KnownAs(StrEnum):
    """What the firm knew of a number before it was entered."""

    NEW = ""
    OWN = "own"
    COLLEAGUE = "colleague"
    CLIENT = "client"


LABELS: dict[Kind, str] = {
    Kind.BROCHURES: N_("Brochures handed out"),
    Kind.PROSPECT: N_("Phone numbers obtained"),
    Kind.APPOINTMENT: N_("Face-to-face appointments"),
    Kind.PROSPECT_CALL: N_("Follow-up calls to prospects"),
    Kind.CLIENT_CALL: N_("Calls to existing clients"),
}
CLAUSES: dict[Kind, str] = {
    Kind.BROCHURES: "S3.a",
    Kind.PROSPECT: "S3.b",
    Kind.APPOINTMENT: "S3.c",
    Kind.PROSPECT_CALL: "S3.d",
    Kind.CLIENT_CALL: "S3.e",
}
CONTACT_KINDS = (Kind.PROSPECT, Kind.APPOINTMENT, Kind.PROSPECT_CALL, Kind.CLIENT_CALL)
