"""A file is checked by a worker, and taken by one when it is large; whoever sent it may leave meanwhile."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone, translation
from openpyxl import load_workbook

from core.tests.test_guard import ZOO
from crm import tasks
from crm.models import Import, Opening
from crm.services import jobs
from crm.services.jobs import do_job, purge_unused, receive_file, sweep_orphans
from crm.services.progress import Phase, telling_of
from crm.tests.desk import HEADINGS, NOW, THREE
from messaging.models import Message

pytestmark = pytest.mark.django_db
OWN = HEADINGS + "2026-11-16,B1,c1,f1,张三丰,1001,,15000\n"


def upload(browser, content: str = OWN) -> Import:
    browser.post(reverse("crm:upload"), {"kind": "openings", "file": SimpleUploadedFile("crm.csv", content.encode())})
    return Import.objects.latest("pk")


def page_of(browser, imported: Import, name: str = "import"):
    return browser.get(reverse(f"crm:{name}", args=[imported.public_id]))


def inbox(user) -> list[str]:
    return list(Message.objects.filter(recipient=user).values_list("subject", flat=True))


def test_an_upload_is_answered_at_once_and_its_page_follows_the_work(cast, signed_in):
    browser = signed_in(cast.clerk)
    imported = upload(browser)
    assert (imported.state, imported.job, imported.rows) == ("received", "check", 0)
    assert "排队等待处理" in page_of(browser, imported).content.decode()
    telling_of(imported.public_id)(Phase.COMPARING, 1200)
    moving = page_of(browser, imported, "progress").content.decode()
    assert "正在与已有数据比对" in moving and "1,200" in moving and "<html" not in moving
    tasks.do_import_job(imported.pk)
    assert page_of(browser, imported, "progress")["HX-Refresh"] == "true"
    assert "将带来的变化" in page_of(browser, imported).content.decode()


def test_who_sent_a_file_is_told_in_the_inbox_and_the_list_shows_it(cast, signed_in):
    browser = signed_in(cast.clerk)
    imported = upload(browser)
    assert inbox(cast.clerk) == []
    assert "检查中" in browser.get(reverse("crm:imports")).content.decode()
    tasks.do_import_job(imported.pk)
    assert inbox(cast.clerk) == ["crm.csv 已检查，等您确认"]
    assert Message.objects.get().link == reverse("crm:import", args=[imported.public_id])


def test_a_job_in_hand_is_not_done_twice_and_is_offered_again_when_its_worker_is_lost(cast, signed_in):
    imported = upload(signed_in(cast.clerk))
    now = timezone.now()
    assert jobs.claim_job(import_id=imported.pk, now=now)
    do_job(import_id=imported.pk, now=now)
    imported.refresh_from_db()
    assert (imported.state, imported.job_tries) == ("received", 1)
    later = now + timedelta(seconds=91)
    assert list(Import.objects.with_job_due(later)) == [imported]
    do_job(import_id=imported.pk, now=later)
    imported.refresh_from_db()
    assert (imported.state, imported.job, imported.created) == ("checked", "", 1)


def test_a_worker_that_was_overtaken_writes_nothing(cast, signed_in):
    imported = upload(signed_in(cast.clerk))
    now = timezone.now()
    lost = jobs.claim_job(import_id=imported.pk, now=now)
    do_job(import_id=imported.pk, now=now + timedelta(seconds=91))
    before = Import.objects.values().get()
    assert lost is not None
    jobs.check_received(imported=imported, claim=lost, now=now, telling=lambda *_: None)
    assert Import.objects.values().get() == before
    assert Message.objects.count() == 1


def test_a_file_that_breaks_its_worker_again_and_again_is_refused(cast, signed_in):
    browser = signed_in(cast.clerk)
    imported = upload(browser)
    now = timezone.now()
    for n in range(jobs.TRIES):
        assert jobs.claim_job(import_id=imported.pk, now=now + n * timedelta(minutes=2))
    do_job(import_id=imported.pk, now=now + timedelta(hours=1))
    imported.refresh_from_db()
    assert (imported.state, imported.job) == ("refused", "")
    assert "中断了 3 次" in page_of(browser, imported).content.decode()
    assert inbox(cast.clerk) == ["crm.csv 被拒绝"]


def test_remarks_speak_the_language_of_who_sent_the_file(cast, signed_in):
    cast.clerk.language = "en"
    cast.clerk.save(update_fields=["language"])
    imported = upload(signed_in(cast.clerk), OWN + "2026-11-16,B1,c2,f2,,7777,,-5\n")
    with translation.override("zh-hans"):
        tasks.do_import_job(imported.pk)
    imported.refresh_from_db()
    assert "nobody has this employee number" in "".join(remark_column(imported))
    assert inbox(cast.clerk) == ["crm.csv is checked and waits for your word"]


def remark_column(imported: Import) -> list[str]:
    with imported.remarks.open("rb") as file:
        sheet = load_workbook(file).active
        assert sheet is not None
        return [str(row[-1]) for row in sheet.iter_rows(values_only=True)]


def test_a_long_file_comes_back_as_text_that_can_be_sent_again(cast, signed_in, monkeypatch):
    monkeypatch.setattr("crm.services.sheets.MOST_IN_A_WORKBOOK", 1)
    browser = signed_in(cast.clerk)
    imported = upload(browser, OWN + "2026-11-16,B1,c2,f2,=1,7777,,-5\n")
    tasks.do_import_job(imported.pk)
    rows = page_of(browser, imported, "remarks").getvalue().decode("utf-8-sig").splitlines()
    assert rows[1] == "2,2026-11-16,B1,c1,f1,张三丰,1001,,15000,"
    assert rows[2] == "3,2026-11-16,B1,c2,f2,'=1,7777,,-5,developer: 没有这个工号的人员"


def take(browser, imported: Import):
    data = {"sha256": imported.file_sha256}
    return browser.post(reverse("crm:take", args=[imported.public_id]), data, follow=True)


@pytest.fixture
def large(monkeypatch):
    monkeypatch.setattr("crm.views.AT_ONCE", 0)


def checked(browser, content: str = OWN) -> Import:
    imported = upload(browser, content)
    tasks.do_import_job(imported.pk)
    imported.refresh_from_db()
    return imported


def test_a_large_file_is_taken_by_a_worker_once(cast, signed_in, large):
    browser = signed_in(cast.clerk)
    imported = checked(browser)
    assert "正在导入文件" in take(browser, imported).content.decode()
    assert "其间已有人处理了本次导入" in take(browser, imported).content.decode()
    assert not Opening.objects.exists()
    tasks.do_import_job(imported.pk)
    tasks.do_import_job(imported.pk)
    imported.refresh_from_db()
    assert (imported.state, imported.taken_by, imported.job, imported.file.name) == ("taken", cast.clerk, "", "")
    assert Opening.objects.count() == 1
    assert inbox(cast.clerk)[0] == "crm.csv 已导入"
    assert "其间已有人处理了本次导入" in take(browser, imported).content.decode()


def test_a_large_file_that_no_longer_fits_what_is_known_stays_untaken_and_says_so(cast, signed_in, large):
    browser = signed_in(cast.clerk)
    imported = checked(browser)
    take(browser, imported)
    cast.person("cm").postings.all().delete()
    tasks.do_import_job(imported.pk)
    imported.refresh_from_db()
    assert (imported.state, imported.job, imported.taken_by) == ("checked", "", None)
    assert "检查之后情况有变" in page_of(browser, imported).content.decode()
    assert inbox(cast.clerk)[0] == "crm.csv 未能导入"


def revert(browser, imported: Import) -> str:
    return str(browser.post(reverse("crm:revert", args=[imported.public_id]), follow=True).content.decode())


def taken(browser) -> Import:
    imported = checked(browser)
    take(browser, imported)
    tasks.do_import_job(imported.pk)
    return imported


def test_a_large_import_is_reverted_by_a_worker_once(cast, signed_in, large):
    browser = signed_in(cast.clerk)
    imported = taken(browser)
    assert "正在撤销本次导入" in revert(browser, imported) and Opening.objects.exists()
    assert "其间已有人处理了本次导入" in revert(browser, imported)
    tasks.do_import_job(imported.pk)
    tasks.do_import_job(imported.pk)
    imported.refresh_from_db()
    assert (imported.state, imported.reverted_by, imported.job) == ("reverted", cast.clerk, "")
    assert not Opening.objects.exists() and inbox(cast.clerk)[0] == "crm.csv 已撤销"


def test_a_large_import_on_which_something_was_built_meanwhile_stays_and_says_so(cast, signed_in, large):
    browser = signed_in(cast.clerk)
    first = taken(browser)
    revert(browser, first)
    later = checked(browser, OWN.replace("15000", "16000"))
    take(browser, later)
    tasks.do_import_job(later.pk)
    tasks.do_import_job(first.pk)
    first.refresh_from_db()
    assert (first.state, first.reverted_by, first.job) == ("taken", None, "")
    assert "其间有内容以它为依据" in page_of(browser, first).content.decode()
    assert inbox(cast.clerk)[0] == "crm.csv 未能撤销"


def test_a_stored_file_that_no_import_knows_is_swept_after_a_day(cast, signed_in):
    imported = upload(signed_in(cast.clerk))
    kept = Path(imported.file.path)
    lost = kept.with_name("lost.csv")
    lost.write_text("x")
    now = timezone.now()
    for path in (kept, lost):
        os.utime(path, (now.timestamp(), now.timestamp()))
    assert sweep_orphans(now=now + timedelta(hours=23)) == 0
    assert sweep_orphans(now=now + timedelta(hours=25)) >= 1
    assert kept.exists() and not lost.exists()


def test_what_nobody_took_is_removed_after_a_while(cast, desk, settings, django_capture_on_commit_callbacks):
    settings.IMPORT_FILES_KEPT_DAYS = 30
    asked = desk.asked(HEADINGS + "\n".join(THREE))
    imported = receive_file(asked=asked, actor=cast.clerk, now=NOW)
    do_job(import_id=imported.pk, now=NOW)
    imported.refresh_from_db()
    kept = Path(imported.file.path)
    for days, left in ((29, True), (31, False)):
        with django_capture_on_commit_callbacks(execute=True):
            assert purge_unused(now=NOW + timedelta(days=days)) == int(not left)
        assert kept.exists() == left
    imported.refresh_from_db()
    assert (imported.state, imported.file.name) == ("lapsed", "")


@pytest.mark.parametrize("name", ZOO)
def test_every_animal_of_the_zoo_is_refused_by_the_job_in_words(cast, desk, name):
    """An empty file never gets so far: the form refuses it."""
    build, _word = ZOO[name]
    imported = receive_file(asked=desk.asked(build(), name=name, unit="B1"), actor=cast.clerk, now=NOW)
    do_job(import_id=imported.pk, now=NOW)
    imported.refresh_from_db()
    assert (imported.state, imported.job, imported.job_tries) == ("refused", "", 0)
    assert imported.shown_refusals[0].text
    assert inbox(cast.clerk) == [f"{name} 被拒绝"]
