"""PDF files from a fixed Typst document that reads its content as data: nothing of it is read as markup."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import typst
from noto_cjk_sans_otc import FONT_PATH


def as_pdf(source: Path, name: str, content: Mapping[str, object]) -> bytes:
    """The document `source`, which reads `name`; same content, same bytes."""
    files = {"main": source.read_bytes(), name: json.dumps(content, ensure_ascii=False).encode()}
    written: bytes = typst.compile(  # type: ignore[call-overload]
        files, font_paths=[str(Path(str(FONT_PATH)).parent)], ignore_system_fonts=True, format="pdf"
    )
    return written
