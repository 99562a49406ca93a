"""Files by content: what a photo tells of its maker is gone, what could act is refused, what was stored is what is handed out."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from PIL import Image

from documents import registry
from documents.models import Access, StoredFile
from documents.registry import FileKind
from documents.services import keep, keep_upload
from documents.uploads import FileRefused, checked, plain_name
from documents.verification import files_are_as_stored
from teams.authority import Power

NOW = datetime(2026, 11, 18, 4, tzinfo=UTC)
KIND = FileKind("test", "Test", {"jpg", "png", "pdf", "xlsx"}, (Power.READ_LOGS,), "3y", most_bytes=300_000)


def photo(form: str = "JPEG", size: tuple[int, int] = (40, 20), **more: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "red").save(out, form, **more)
    return out.getvalue()


def test_a_photo_is_kept_upright_and_without_its_maker():
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x8825] = 6, "Someone's phone", {1: "N", 2: (31.0, 13.0, 0.0)}
    content, form = checked(photo(exif=exif), KIND)
    kept = Image.open(io.BytesIO(content))
    assert (form, kept.size) == ("jpg", (20, 40))
    assert not kept.getexif() and b"Someone" not in content and b"Exif" not in content


def test_a_huge_photo_is_made_smaller():
    content, _form = checked(photo("PNG", (5000, 1000)), KIND)
    assert Image.open(io.BytesIO(content)).size == (2400, 480)


def workbook(*parts: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for part in ("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", *parts):
            file.writestr(part, "<x/>")
    return out.getvalue()


PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


def test_a_paper_and_a_sheet_are_kept_as_they_are():
    assert checked(PDF, KIND) == (PDF, "pdf")
    assert checked(workbook(), KIND) == (workbook(), "xlsx")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "空"),
        (b"x" * 300_001, "大于"),
        (b"<html><script>alert(1)</script></html>", "JPG, PDF, PNG, XLSX"),
        (b"MZ" + b"\0" * 200, "JPG, PDF, PNG, XLSX"),
        (photo()[:200], "图片"),
        (photo("GIF"), "JPG, PDF, PNG, XLSX"),
        (PDF.replace(b"<<>>", b"<</OpenAction 2 0 R>>"), "脚本"),
        (PDF[:-8], "不完整"),
        (workbook("xl/vbaProject.bin"), "宏"),
    ],
)
def test_anything_else_is_refused_in_words(content, says):
    with pytest.raises(FileRefused) as refused:
        checked(content, KIND)
    assert says in str(refused.value)


def test_names_can_stand_in_any_folder():
    assert plain_name("../../etc/pass\u202egpj.exe", "jpg") == "etc-pass-gpj.jpg"
    assert plain_name("", "pdf") == "file.pdf"


@pytest.fixture
def stored(cast, monkeypatch) -> StoredFile:
    monkeypatch.setitem(registry._declared, KIND.code, KIND)
    return keep_upload(
        kind=KIND, about=cast.person("cm"), unit=cast.unit["B1M1A1"], upload=io.BytesIO(photo()), name="柜台.png",
        actor=cast.cm, now=NOW,
    )  # fmt: skip


def test_it_is_handed_out_to_whom_its_kind_opens_it_and_every_time_is_written_down(cast, stored, signed_in):
    address = reverse("documents:download", args=[stored.public_id])
    statuses = {key: signed_in(cast.user[key]).get(address).status_code for key in ("cm", "am", "cm2", "sibling_am")}
    assert statuses == {"cm": 200, "am": 200, "cm2": 404, "sibling_am": 404}
    assert list(Access.objects.order_by("at").values_list("by__employee_no", flat=True)) == ["1001", "1010"]
    answer = signed_in(cast.am).get(address)
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff" and "sandbox" in answer["Content-Security-Policy"]
    assert Client().get(address).status_code == 302


def test_what_was_changed_on_disk_is_neither_handed_out_nor_sound(cast, stored, signed_in):
    with open(stored.file.path, "ab") as file:
        file.write(b"x")
    assert signed_in(cast.cm).get(reverse("documents:download", args=[stored.public_id])).status_code == 409
    assert not Access.objects.exists()
    assert [finding.says for finding in files_are_as_stored()] == ["its file was changed after it was stored"]
    stored.file.storage.delete(stored.file.name)
    assert [finding.says for finding in files_are_as_stored()] == ["its file is gone"]


def test_a_row_is_never_changed_and_a_failed_one_leaves_no_file(cast, stored):
    with pytest.raises(IntegrityError), transaction.atomic():
        StoredFile.objects.filter(pk=stored.pk).update(title="x")
    folder = stored.file.storage
    before = sum(len(folder.listdir(f"documents/{part}")[1]) for part in folder.listdir("documents")[0])
    with pytest.raises(Exception, match="value too long"), transaction.atomic():
        keep(
            kind=FileKind("k" * 40, "", (), (), "3y"),
            about=cast.cm,
            unit=cast.unit["B1"],
            content=b"x",
            form="pdf",
            title="x",
            now=NOW,
        )
    assert before == sum(len(folder.listdir(f"documents/{part}")[1]) for part in folder.listdir("documents")[0])
