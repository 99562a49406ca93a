from __future__ import annotations

import hashlib
import hmac
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.error import HTTPError
from uuid import uuid4

import pytest

from messaging import gateways
from messaging.gateways import FileGateway, HttpGateway, Never, NotNow, Parcel

SECRET = "s" * 32


def parcel(**changes):
    return Parcel(**{"id": uuid4(), "to": "13900001001", "subject": "", "body": "人民路营业部第 3 名", **changes})


def lines(folder):
    return [json.loads(line) for line in (folder / "accepted.jsonl").read_text().splitlines()]


def test_the_file_gateway_writes_one_line_for_each_message(tmp_path):
    gateway, sent = FileGateway(tmp_path, deduplicates=False), parcel()
    gateway.carry(sent)
    gateway.carry(sent)
    assert lines(tmp_path) == [{"id": str(sent.id), "to": "13900001001", "text": "人民路营业部第 3 名"}] * 2


def test_the_file_gateway_that_takes_an_id_once_does_so_for_every_process(tmp_path):
    one, other, sent = (*(FileGateway(tmp_path, deduplicates=True) for _ in "ab"), parcel())
    for gateway in (one, other, one):
        gateway.carry(sent)
        gateway.carry(parcel())
    assert len(lines(tmp_path)) == 4


def test_a_folder_that_cannot_be_written_took_nothing(tmp_path):
    (tmp_path / "taken").write_text("a file where a folder should be")
    with pytest.raises(NotNow):
        FileGateway(tmp_path / "taken", deduplicates=False).carry(parcel())


class Door(BaseHTTPRequestHandler):
    server: Vendor

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append((dict(self.headers), body))
        self.send_response(self.server.status)
        self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.wfile.write(b"taken")

    def log_message(self, *args):
        pass


class Vendor(HTTPServer):
    """A vendor on this machine; `status` is its next answer, `asked` what it was asked."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Door)
        self.asked: list[tuple[dict[str, str], bytes]] = []
        self.status = 200
        self.gateway = HttpGateway(f"http://127.0.0.1:{self.server_port}/sms", SECRET, deduplicates=False)


@pytest.fixture
def vendor():
    server = Vendor()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_http_gateway_signs_time_and_body_and_names_the_message(vendor):
    sent = parcel()
    assert vendor.gateway.carry(sent) == "taken"
    headers, body = vendor.asked[0]
    expected = hmac.new(SECRET.encode(), headers["X-Muster-Timestamp"].encode() + b"." + body, hashlib.sha256)
    assert headers["X-Muster-Signature"] == expected.hexdigest()
    assert headers["Idempotency-Key"] == str(sent.id) == json.loads(body)["id"]


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, Never), (401, Never), (302, Never), (429, NotNow), (503, NotNow), (500, HTTPError)],
)
def test_an_answer_says_whether_it_was_taken(vendor, status, kind):
    vendor.status = status
    with pytest.raises(kind) as refusal:
        vendor.gateway.carry(parcel())
    assert len(vendor.asked) == 1
    assert type(refusal.value) is kind


def test_a_vendor_that_is_down_certainly_took_nothing():
    with pytest.raises(NotNow):
        HttpGateway("http://127.0.0.1:1/", SECRET, deduplicates=False).carry(parcel())


def test_a_vendor_that_does_not_answer_in_time_may_have_taken_it(vendor, monkeypatch):
    monkeypatch.setattr(gateways, "SECONDS_TO_ANSWER", 0.2)
    held = threading.Event()
    monkeypatch.setattr(vendor.RequestHandlerClass, "send_response", lambda self, status: held.wait(2))
    with pytest.raises(TimeoutError):
        vendor.gateway.carry(parcel())
    held.set()


def test_nothing_is_carried_over_plain_http_to_elsewhere():
    with pytest.raises(ValueError, match="https"):
        HttpGateway("http://sms.example/", SECRET, deduplicates=False)
