"""Settings that would be unsafe in production do not start, each on its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SAFE = {
    "PATH": os.environ["PATH"],
    "DATABASE_URL": "postgres://muster@db.example/muster",
    "REDIS_URL": "redis://redis.example/0",
    "DJANGO_SECRET_KEY": "a-long-sentence-of-the-tests " * 3,
    "DJANGO_ALLOWED_HOSTS": "muster.example",
    "FIELD_ENCRYPTION_KEYS": "A" * 43 + "=",
    "EMAIL_URL": "smtp+tls://muster:x@mail.example:587",
    "SMS_GATEWAY": "https://sms.example/send",
    "SMS_GATEWAY_SECRET": "s" * 32,
}


STRICT = "print(s.PRODUCTION, s.SESSION_COOKIE_SECURE, s.SECOND_FACTOR_REQUIRED)"


pytestmark = pytest.mark.processes


def start(question: str = STRICT, **changes: str | None) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in {**SAFE, **changes}.items() if value is not None}
    return subprocess.run(
        [sys.executable, "-c", f"from config import settings as s; {question}"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_safe_settings_start_and_are_strict():
    answer = start()
    assert (answer.returncode, answer.stdout.strip()) == (0, "True True True"), answer.stderr


def test_the_deployment_check_has_nothing_to_say_about_safe_settings():
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env=SAFE,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stdout.strip()) == (0, "System check identified no issues (0 silenced)."), done.stderr


def test_hosts_below_ones_own_name_are_allowed():
    assert (
        start("print(s.ALLOWED_HOSTS)", DJANGO_ALLOWED_HOSTS=".muster.example").stdout.strip() == "['.muster.example']"
    )


def test_a_django_below_the_floor_is_named():
    django = "import django; django.VERSION = (5, 2, 18, 'final', 0); django.get_version = lambda: '5.2.18'"
    done = subprocess.run(
        [sys.executable, "-c", f"{django}; from config import settings"],
        cwd=ROOT, env=SAFE, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert "Django 5.2.18 is older than 5.2.19" in done.stderr.splitlines()[-1]


def test_the_owner_migrates_by_an_address_of_its_own():
    asked = "import sys; sys.argv = ['manage.py', '{}']; from config import settings as s; d = s.DATABASES['default']"
    named = {**SAFE, "DATABASE_OWNER_URL": "postgres://owner:x@db.example/muster", "DATABASE_ROLE": "muster_app"}
    who = {}
    for command in ("migrate", "check"):
        done = subprocess.run(
            [sys.executable, "-c", f"{asked.format(command)}; print(d['USER'], d['OPTIONS'].get('assume_role'))"],
            cwd=ROOT, env=named, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        who[command] = done.stdout.strip()
    assert who == {"migrate": "owner None", "check": "muster muster_app"}


def test_mail_into_files_goes_where_the_address_says():
    assert start("print(s.EMAIL_FILE_PATH)", EMAIL_URL="filemail:///srv/mail").stdout.strip() == "/srv/mail"


@pytest.mark.parametrize(
    ("named", "changes"),
    [
        ("DJANGO_SECRET_KEY", {"DJANGO_SECRET_KEY": None}),
        ("DJANGO_SECRET_KEY", {"DJANGO_SECRET_KEY": "short"}),
        ("DJANGO_SECRET_KEY", {"DJANGO_SECRET_KEY": "k" * 64}),
        ("DJANGO_ALLOWED_HOSTS", {"DJANGO_ALLOWED_HOSTS": None}),
        ("DJANGO_ALLOWED_HOSTS", {"DJANGO_ALLOWED_HOSTS": "*"}),
        ("DJANGO_ALLOWED_HOSTS", {"DJANGO_ALLOWED_HOSTS": ".com"}),
        ("DJANGO_ALLOWED_HOSTS", {"DJANGO_ALLOWED_HOSTS": "muster.example,.com.cn"}),
        ("DATABASE_URL", {"DATABASE_URL": None}),
        ("FIELD_ENCRYPTION_KEYS", {"FIELD_ENCRYPTION_KEYS": None}),
        ("FIELD_ENCRYPTION_KEYS", {"FIELD_ENCRYPTION_KEYS": "secret"}),
        ("REDIS_URL", {"REDIS_URL": None}),
        ("EMAIL_URL", {"EMAIL_URL": None}),
        ("SMS_GATEWAY", {"SMS_GATEWAY": None}),
        ("DJANGO_DEBUG", {"DJANGO_DEBUG": "1"}),
        ("SECOND_FACTOR_REQUIRED", {"SECOND_FACTOR_REQUIRED": "0"}),
        ("PASSWORD_PROFILE", {"PASSWORD_PROFILE": "none"}),
        ("SMS_GATEWAY", {"SMS_GATEWAY": "http://sms.example/send"}),
        ("SMS_GATEWAY_SECRET", {"SMS_GATEWAY_SECRET": None}),
    ],
)
def test_an_unsafe_value_refuses_to_start_and_is_named(named, changes):
    answer = start(**changes)
    assert answer.returncode != 0
    assert named in answer.stderr.splitlines()[-1]
