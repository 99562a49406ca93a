from worklogs.services.entering import as_edited, checked_phone, edit_entry, remove_entry, save_entry, say_yes
from worklogs.services.importing import LogImport, import_logs
from worklogs.services.judging import Judged, judge, register_closing
from worklogs.services.opened import (
    AlreadyEntered,
    BadNumber,
    InTheFuture,
    LogRefused,
    NameNeeded,
    NoNumber,
    NoPhone,
    NotAProspect,
    NothingWritten,
    NotPosted,
    NotThatMany,
    ReasonNeeded,
    WindowClosed,
)
from worklogs.services.rejudging import judge_what_is_due
from worklogs.services.replies import CannotReply, answer_month_end, keep_phrases, reply_to_log, reply_to_logs
from worklogs.services.score_tables import send_due_score_tables, send_score_tables, sending_day
from worklogs.services.writing import add_brochures, set_brochures, submit_log, write_note

__all__ = [
    "AlreadyEntered",
    "BadNumber",
    "CannotReply",
    "InTheFuture",
    "Judged",
    "LogImport",
    "LogRefused",
    "NameNeeded",
    "NoNumber",
    "NoPhone",
    "NotAProspect",
    "NotPosted",
    "NotThatMany",
    "NothingWritten",
    "ReasonNeeded",
    "WindowClosed",
    "add_brochures",
    "answer_month_end",
    "as_edited",
    "checked_phone",
    "edit_entry",
    "import_logs",
    "judge",
    "judge_what_is_due",
    "keep_phrases",
    "register_closing",
    "remove_entry",
    "reply_to_log",
    "reply_to_logs",
    "save_entry",
    "say_yes",
    "send_due_score_tables",
    "send_score_tables",
    "sending_day",
    "set_brochures",
    "submit_log",
    "write_note",
]
