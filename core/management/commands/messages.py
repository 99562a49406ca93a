"""Keep the Chinese catalogues complete.

Each app has its own catalogue; texts of shared templates and of third parties have one in `templates/locale`. The
command collects every marked text, merges it into the catalogues, drafts Traditional from Simplified Chinese where
nothing is written yet, and compiles. `--check` changes nothing and fails when something is missing.
"""

from __future__ import annotations

import io
from argparse import ArgumentParser
from collections.abc import Iterator
from functools import reduce
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import templatize

LANGUAGES = ("zh_Hans", "zh_Hant")
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "N_": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
# Where the drafting dictionary chooses words that no branch in Taiwan or Hong Kong would use here.
BETTER_WORDS = (
    ("許可權", "權限"), ("引數", "參數"), ("錶格", "表格"), ("後臺", "後台"), ("覆臺", "覆台"), ("傳送", "發送"), ("短信", "簡訊"),
    ("資金賬號", "資金帳號"), ("賬", "帳"), ("網際網路", "互聯網"), ("批復", "批覆"), ("計劃", "計畫"),
    ("兩步驗證", "雙重驗證"), ("查看", "檢視"), ("當前", "目前"), ("專案", "項目"), ("型別", "類型"), ("審計", "稽核"), ("已籤", "已簽"),
    ("生成", "產生"), ("丟失", "遺失"), ("響應", "回應"), ("重置", "重設"), ("“", "「"), ("”", "」"),
    ("物件", "對象"), ("程式碼", "代碼"), ("箇中", "個中"), ("併發", "並發"), ("列明瞭", "列明了"), ("瞭解", "了解"), ("身份", "身分"), ("單元格", "儲存格"), ("退出登入", "登出"), ("平臺", "平台"),
)  # fmt: skip
Message = tuple[str | None, str, str]  # context, text, plural ("" where there is none)


class Command(BaseCommand):
    help = "Collect, merge and compile the Chinese catalogues."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing, fail when a catalogue is incomplete")
        parser.add_argument("--app", help="only this app (or `templates`)")

    def handle(self, *args: Any, check: bool, app: str | None, **options: Any) -> None:
        problems: list[str] = []
        rooms = [app] if app else [*settings.OWN_APPS, "config", "templates"]
        for room in rooms:
            found = dict(sorted(self.collect(room).items(), key=lambda item: (item[0][1], item[0][0] or "")))
            for language in LANGUAGES:
                problems += self.missing(room, language, found) if check else self.merge(room, language, found)
        problems += [] if app else self.quarrels(rooms)
        for problem in problems:
            self.stdout.write(problem)
        if problems:
            raise CommandError(f"{len(problems)} texts are without a translation")
        self.stdout.write("Catalogues are complete.")

    def collect(self, room: str) -> dict[Message, list[str]]:
        """Every marked text of a room and where it stands."""
        found: dict[Message, list[str]] = {}
        for path in self.sources(room):
            place = path.relative_to(settings.BASE_DIR).as_posix()
            for message in self.extract(path):
                places = found.setdefault(message, [])
                if place not in places:
                    places.append(place)
        return found

    def sources(self, room: str) -> Iterator[Path]:
        root = settings.BASE_DIR
        if room == "templates":
            own = {root / "templates" / app for app in settings.OWN_APPS}
            for path in sorted((root / "templates").rglob("*.html")):
                if not own & set(path.parents):
                    yield path
            yield from sorted((root / "templates").rglob("*.txt"))
            return
        for path in sorted((root / room).rglob("*.py")):
            if not {"tests", "migrations"} & set(path.parts):
                yield path
        yield from sorted((root / "templates" / room).rglob("*.html"))

    def extract(self, path: Path) -> Iterator[Message]:
        from babel.messages.extract import extract  # noqa: PLC0415

        source = path.read_text()
        if path.suffix != ".py":
            # What stands between the texts is blanked out but keeps its indentation, which Python would not take.
            source = "\n".join(line.lstrip() for line in templatize(source, origin=str(path)).splitlines())
        for _line, texts, _comments, context in extract("python", io.BytesIO(source.encode()), keywords=KEYWORDS):
            parts = (texts,) if isinstance(texts, str) else tuple(texts)
            if parts and parts[0]:
                yield context, parts[0], parts[1] if len(parts) > 1 and isinstance(parts[1], str) else ""

    def quarrels(self, rooms: list[str]) -> list[str]:
        """Texts that two catalogues translate differently: only one of them would ever be seen. A context tells them apart."""
        found = []
        for language in LANGUAGES:
            said: dict[tuple[str | None, str], dict[str, str]] = {}
            for room in rooms:
                for entry in self.load(room, language):
                    if entry.translated():
                        text = entry.msgstr or str(entry.msgstr_plural)
                        said.setdefault((entry.msgctxt, entry.msgid), {})[room] = text
            for (_context, text), by_room in said.items():
                if len(set(by_room.values())) > 1:
                    words = ", ".join(f"{room} {word}" for room, word in by_room.items())
                    found.append(f"{language}: {text!r} is said in two ways: {words}")
        return found

    def path(self, room: str, language: str) -> Path:
        return Path(settings.BASE_DIR) / room / "locale" / language / "LC_MESSAGES" / "django.po"

    def load(self, room: str, language: str) -> Any:
        import polib  # noqa: PLC0415

        path = self.path(room, language)
        if path.exists():
            return polib.pofile(str(path), wrapwidth=120)
        catalogue = polib.POFile(wrapwidth=120)
        catalogue.metadata = {
            "Content-Type": "text/plain; charset=UTF-8",
            "Content-Transfer-Encoding": "8bit",
            "Language": language,
            "Plural-Forms": "nplurals=1; plural=0;",
        }
        return catalogue

    def missing(self, room: str, language: str, found: dict[Message, list[str]]) -> list[str]:
        import polib  # noqa: PLC0415

        catalogue = self.load(room, language)
        done = {(e.msgctxt, e.msgid, e.msgid_plural): e for e in catalogue if e.translated() and "fuzzy" not in e.flags}
        missing = [f"{room} {language}: {key[1]!r} ({places[0]})" for key, places in found.items() if key not in done]
        stale = (
            []
            if room == "templates"
            else [f"{room} {language}: {key[1]!r} is no longer used" for key in done if key not in found]
        )
        compiled = self.path(room, language).with_suffix(".mo")
        if found and not (missing or stale):
            fresh = compiled.exists() and {
                (e.msgctxt, e.msgid): (e.msgstr, e.msgstr_plural) for e in polib.mofile(str(compiled))
            }
            if fresh != {(e.msgctxt, e.msgid): (e.msgstr, e.msgstr_plural) for e in done.values()}:
                missing.append(f"{room} {language}: the compiled catalogue is out of date")
        return missing + stale

    def merge(self, room: str, language: str, found: dict[Message, list[str]]) -> list[str]:
        import polib  # noqa: PLC0415

        catalogue = self.load(room, language)
        known = {(e.msgctxt, e.msgid, e.msgid_plural): e for e in catalogue}
        entries = []
        for key, places in found.items():
            context, text, plural = key
            entry = known.pop(key, None) or polib.POEntry(msgctxt=context, msgid=text, msgid_plural=plural)
            entry.occurrences = [(place, "") for place in places]
            if plural and not entry.msgstr_plural:
                entry.msgstr_plural = {0: ""}
            entries.append(entry)
        if room == "templates":  # texts of third parties are written here by hand
            entries += [entry for entry in known.values() if entry.translated()]
            entries += self.by_hand(entries) if language == "zh_Hant" else []
        if language == "zh_Hant":
            self.draft(room, entries)
        catalogue.clear()
        catalogue.extend(entries)
        if entries:
            path = self.path(room, language)
            path.parent.mkdir(parents=True, exist_ok=True)
            catalogue.save(str(path))
            catalogue.save_as_mofile(str(path.with_suffix(".mo")))
        return [f"{room} {language}: {e.msgid!r}" for e in entries if not e.translated()]

    def by_hand(self, there: list[Any]) -> list[Any]:
        """Texts of third parties that so far have Simplified words only."""
        import polib  # noqa: PLC0415

        keys = {(e.msgctxt, e.msgid) for e in there}
        return [
            polib.POEntry(
                msgctxt=e.msgctxt,
                msgid=e.msgid,
                msgid_plural=e.msgid_plural,
                msgstr_plural={0: ""} if e.msgid_plural else {},
            )
            for e in self.load("templates", "zh_Hans")
            if (e.msgctxt, e.msgid) not in keys
        ]

    def draft(self, room: str, entries: list[Any]) -> None:
        """Traditional texts, where nobody has written one, from the Simplified ones."""
        from opencc import OpenCC  # noqa: PLC0415

        simplified = {(e.msgctxt, e.msgid): e for e in self.load(room, "zh_Hans")}
        opencc = OpenCC("s2twp")

        def convert(text: str) -> str:
            drafted: str = opencc.convert(text)
            return reduce(lambda text, words: text.replace(*words), BETTER_WORDS, drafted)

        for entry in entries:
            source = simplified.get((entry.msgctxt, entry.msgid))
            if entry.translated() or source is None or not source.translated():
                continue
            entry.msgstr = convert(source.msgstr)
            entry.msgstr_plural = {n: convert(text) for n, text in source.msgstr_plural.items()}
