from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from core.commands import MusterCommand, Refused
from core.explain import N_
from core.exports import FORMATS, Asked, NotExportable, exports, rows_of
from core.periods import Period

Write = Callable[..., int]


class Command(MusterCommand):
    help = N_("Write scores, rankings, lists or pay lines of a period to a file.")

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", metavar="WHAT", help=", ".join(exports()))
        parser.add_argument("--from", dest="first", type=date.fromisoformat, required=True, metavar="YYYY-MM-DD")
        parser.add_argument("--to", dest="last", type=date.fromisoformat, required=True, metavar="YYYY-MM-DD")
        parser.add_argument("--unit", default="", metavar="CODE", help=_("only this unit and what lies below it"))
        parser.add_argument(
            "--by", default="", help=_("what a ranking ranks: branch, market_department, area or person")
        )
        parser.add_argument("--within", default="", metavar="CODE", help=_("the unit within which a ranking ranks"))
        parser.add_argument("--format", dest="form", choices=list(FORMATS), default="csv")
        parser.add_argument(
            "-o", dest="output", type=Path, required=True, metavar="FILE", help=_("- for the standard output")
        )

    def run(self, **options: Any) -> dict[str, Any]:
        what, first, last, output = options["what"], options["first"], options["last"], options["output"]
        if last < first:
            raise Refused(_("--to %(last)s lies before --from %(first)s") % {"last": last, "first": first})
        asked = Asked(Period.between(first, last), options["unit"], options["by"], options["within"])
        write = FORMATS[options["form"]]
        if str(output) == "-" and self.in_json:
            raise Refused(_("--json and -o - both need the standard output: give a file."))
        try:
            columns, rows = rows_of(what, asked)
            if str(output) == "-" or (output.exists() and not output.is_file()):
                return self._poured(options, write, columns, rows)
            output = output.resolve()
            with tempfile.NamedTemporaryFile(dir=output.parent, delete=False) as file:
                try:
                    written = write(columns, rows, file)
                except BaseException:
                    Path(file.name).unlink()
                    raise
        except NotExportable as refused:
            raise Refused(str(refused)) from refused
        except OSError as refused:
            raise Refused(
                _("%(output)s cannot be written: %(strerror)s") % {"output": output, "strerror": refused.strerror}
            ) from refused
        os.replace(file.name, output)
        self.say(_("%(written)s rows of %(what)s in %(output)s") % {"written": written, "what": what, "output": output})
        return {"what": what, "from": first, "to": last, "rows": written, "file": str(output)}

    def _poured(self, options: Mapping[str, Any], write: Write, *table: Any) -> dict[str, Any]:
        """Into a pipe or a device, row by row: there is nothing to put in its place when all of it is there."""
        output: Path = options["output"]
        if str(output) == "-" and not hasattr(self.stdout, "buffer"):
            text = io.BytesIO()
            written = write(*table, text)
            self.stdout.write(text.getvalue().decode("utf-8", "replace"), ending="")
        else:
            into: Any = self.stdout.buffer if str(output) == "-" else output.open("wb")
            written = write(*table, into)
            into.flush()
        return {"what": options["what"], "rows": written, "file": str(output)}
