"""What carries a message out of the house: the mail server, a file, an SMS vendor's HTTP door.

A carrier returns when the message was accepted. `NotNow` and `Never` mean that it certainly was not; any other
exception means that nobody knows.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import os
import smtplib
import socket
import time
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from typing import Protocol
from urllib.error import HTTPError, URLError
from urllib.parse import parse_qs, urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, ProxyHandler, Request, build_opener
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from messaging.models import Channel

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
SECONDS_TO_ANSWER = 10
COME_BACK = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}


@dataclass(frozen=True, slots=True)
class Parcel:
    """A message on its way. The id is the same each time the same message is handed over."""

    id: UUID
    to: str
    subject: str
    body: str


class NotNow(Exception):
    """Not accepted; it may be tried again later."""


class Never(Exception):
    """Refused for good."""


class Carrier(Protocol):
    deduplicates: bool  # takes the same id twice without sending twice

    def carry(self, parcel: Parcel) -> str:
        """Hand the parcel over; what the other side said."""


class Mail:
    """Django's e-mail backend."""

    deduplicates = False

    def carry(self, parcel: Parcel) -> str:
        connection = get_connection()
        try:
            connection.open()
        except (OSError, smtplib.SMTPException) as failure:
            raise NotNow(str(failure)) from failure
        host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
        letter = EmailMessage(
            parcel.subject,
            parcel.body,
            to=[parcel.to],
            headers={"Message-ID": f"<{parcel.id}@{host}>"},
            connection=connection,
        )
        try:
            letter.send()
        except smtplib.SMTPRecipientsRefused as failure:
            code = max(code for code, _ in failure.recipients.values())
            raise (Never if code >= 500 else NotNow)(str(failure)) from failure
        except smtplib.SMTPResponseException as failure:
            raise (Never if failure.smtp_code >= 500 else NotNow)(str(failure)) from failure
        finally:
            connection.close()
        return ""


class FileGateway:
    """Accepts every message as a line of JSON in `accepted.jsonl`, on disk before it answers."""

    def __init__(self, folder: Path, *, deduplicates: bool) -> None:
        self.path = folder / "accepted.jsonl"
        self.deduplicates = deduplicates
        self.known: set[str] = set()
        self.read_to = 0

    def carry(self, parcel: Parcel) -> str:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            file = self.path.open("ab+")
        except OSError as failure:
            raise NotNow(str(failure)) from failure
        with file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if self.deduplicates and str(parcel.id) in self.accepted(file.fileno()):
                return "accepted before"
            line = {"id": str(parcel.id), "to": parcel.to, "text": parcel.body}
            file.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        return ""

    def accepted(self, file: int) -> set[str]:
        """Ids of the lines so far; only what came since the last look is read."""
        size = os.fstat(file).st_size
        if size < self.read_to:
            self.known, self.read_to = set(), 0
        lines = os.pread(file, size - self.read_to, self.read_to).splitlines()
        self.known |= {json.loads(line)["id"] for line in lines}
        self.read_to = size
        return self.known


class NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *args: object) -> None:
        return None


class HttpGateway:
    """Posts `{"id", "to", "text"}` to a vendor, signed: HMAC-SHA256 over timestamp, dot and body."""

    def __init__(self, address: str, secret: str, *, deduplicates: bool) -> None:
        parts = urlsplit(address)
        if parts.scheme != "https" and parts.hostname not in LOOPBACK:
            raise ValueError("An SMS gateway is reached by https or on this machine")
        self.address = parts._replace(query="", fragment="").geturl()
        self.secret = secret.encode()
        self.deduplicates = deduplicates
        self.opener: OpenerDirector = build_opener(NoRedirect, ProxyHandler({}))

    def signature(self, timestamp: str, body: bytes) -> str:
        return hmac.new(self.secret, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()

    def carry(self, parcel: Parcel) -> str:
        body = json.dumps({"id": str(parcel.id), "to": parcel.to, "text": parcel.body}, ensure_ascii=False).encode()
        timestamp = str(int(time.time()))
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Idempotency-Key": str(parcel.id),
            "X-Muster-Timestamp": timestamp,
            "X-Muster-Signature": self.signature(timestamp, body),
        }
        request = Request(self.address, data=body, headers=headers, method="POST")  # noqa: S310  https or loopback
        try:
            with self.opener.open(request, timeout=SECONDS_TO_ANSWER) as answer:
                return str(answer.read(200), errors="replace")
        except HTTPError as failure:
            raise refusal_of(failure) from failure
        except URLError as failure:
            if isinstance(failure.reason, ConnectionRefusedError | socket.gaierror):
                raise NotNow(str(failure.reason)) from failure
            raise


def refusal_of(failure: HTTPError) -> Exception:
    """What an answer other than 2xx means; after 500 or 502 nobody knows."""
    said = f"{failure.code} {failure.reason}"
    if failure.code in COME_BACK:
        return NotNow(said)
    return Never(said) if failure.code < HTTPStatus.INTERNAL_SERVER_ERROR else failure


@lru_cache
def sms_gateway(address: str, secret: str) -> FileGateway | HttpGateway:
    """From `file:///folder` or `https://…`; `?deduplicate=yes` where the gateway takes each id once."""
    parts = urlsplit(address)
    deduplicates = parse_qs(parts.query).get("deduplicate") == ["yes"]
    if parts.scheme == "file":
        return FileGateway(Path(parts.path), deduplicates=deduplicates)
    return HttpGateway(address, secret, deduplicates=deduplicates)


def carrier_of(channel: str) -> Carrier:
    if channel == Channel.EMAIL:
        return Mail()
    return sms_gateway(settings.SMS_GATEWAY, settings.SMS_GATEWAY_SECRET)
