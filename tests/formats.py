"""`python -m tests.formats` writes the tables of `docs/file-formats.md` anew, as the code reads the files."""

from __future__ import annotations

import os
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent / "docs" / "file-formats.md"
MARK = "<!-- The tables are those of the code: `make formats` writes them anew. -->\n"


def page() -> str:
    from core.formats import described

    head, mark, _ = PAGE.read_text().partition(MARK)
    return f"{head}{mark}\n{described()}"


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    PAGE.write_text(page())
