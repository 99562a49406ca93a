"""The tests' own ground: seeds survive real transactions, a started process sees what the test wrote."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.contrib.contenttypes.models import ContentType

from core.models import AuditEntry
from teams.models import PartnerBank
from tests import template_database


@pytest.mark.django_db(transaction=True)
def test_what_migrations_seeded_is_back_after_a_test_with_real_transactions():
    before = set(ContentType.objects.values_list("pk", "model"))
    PartnerBank.objects.create(code="ICBC", name="工商银行")
    ContentType.objects.all().delete()

    template_database.restore()

    assert set(ContentType.objects.values_list("pk", "model")) == before
    assert ContentType.objects.create(app_label="x", model="x").pk > max(pk for pk, _ in before)
    assert not PartnerBank.objects.exists()
    assert not AuditEntry.objects.exists()


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_a_started_process_works_on_the_same_database_and_broker(process_environment):
    PartnerBank.objects.create(code="ICBC", name="工商银行")
    code = (
        "import django; django.setup()\n"
        "from config.celery import app\n"
        "from teams.models import PartnerBank\n"
        "app.connection().ensure_connection(max_retries=1)\n"
        "print(PartnerBank.objects.get().name)"
    )
    environment = {**process_environment, "DJANGO_SETTINGS_MODULE": "config.settings", "PYTHONIOENCODING": "utf-8"}
    environment.pop("PYTEST_CURRENT_TEST", None)

    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "工商银行", "")
    assert os.environ.get("DATABASE_URL") != process_environment["DATABASE_URL"]
