"""What somebody hands over, looked at by its content: its name and its sender's word for it count for nothing."""

from __future__ import annotations

import io
import re
import warnings
import zipfile

import filetype
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

from core.refusals import NotDone
from documents.registry import MEBIBYTE, PHOTO, FileKind

LONGEST_SIDE = 2400  # pixels: what is written on a poster stays readable
MOST_PIXELS = 50_000_000
QUALITY = 85
UNFIT_FOR_FILES = re.compile(r'[\x00-\x1f/\\:*?"<>|\u202a-\u202e\u2066-\u2069]+')
ACTIVE = (b"/JavaScript", b"/JS", b"/Launch", b"/EmbeddedFile", b"/OpenAction")


class FileRefused(NotDone):
    field = "file"


def checked(content: bytes, kind: FileKind) -> tuple[bytes, str]:
    """The content as it is kept, and its format. A photo is drawn anew, upright, without place, camera and moment.

    Raises `FileRefused`.
    """
    if not content:
        raise FileRefused(_("The file is empty."))
    if len(content) > kind.most_bytes:
        raise FileRefused(_("The file is larger than %(most)s MiB."), most=kind.most_bytes // MEBIBYTE)
    found = filetype.guess_extension(content)
    if found not in kind.accepts:
        accepted = ", ".join(sorted(form.upper() for form in kind.accepts))
        raise FileRefused(_("This is no file that can be taken here. Accepted: %(accepted)s."), accepted=accepted)
    if found in PHOTO:
        return redrawn(content), "jpg"
    if found == "pdf":
        refuse_active(content)
    else:
        refuse_macros(content)
    return content, str(found)


def redrawn(content: bytes) -> bytes:
    """The photo as JPEG, no larger than needed. Raises `FileRefused` for what is no picture, or far too large a one."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content)) as photo:
                if photo.width * photo.height > MOST_PIXELS:
                    raise FileRefused(_("The picture has too many pixels."))
                upright = ImageOps.exif_transpose(photo).convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError, Warning):
        raise FileRefused(_("The picture cannot be read.")) from None
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    kept = io.BytesIO()
    Image.frombytes("RGB", upright.size, upright.tobytes()).save(kept, "JPEG", quality=QUALITY, optimize=True)
    return kept.getvalue()


def refuse_active(content: bytes) -> None:
    if b"%%EOF" not in content[-2048:]:
        raise FileRefused(_("The PDF is cut off."))
    if any(word in content for word in ACTIVE):
        raise FileRefused(_("The PDF holds scripts or files. Print it as a PDF again and send that."))


def refuse_macros(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            has_macros = any("vbaProject" in name for name in parts.namelist())
    except zipfile.BadZipFile:
        raise FileRefused(_("The file cannot be opened.")) from None
    if has_macros:
        raise FileRefused(_("The workbook holds macros. Save it without them."))


def plain_name(name: str, form: str) -> str:
    """A name that can stand in any folder, with the ending of what the file is."""
    stem = UNFIT_FOR_FILES.sub("-", name.rpartition(".")[0] or name).strip(" .-")[:120]
    return f"{stem or 'file'}.{form}"
