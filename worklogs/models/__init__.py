"""The daily work log and what is judged from it."""

from worklogs.models.logs import Contact, Correction, LogEntry, QuickPhrases, Reply, WorkLog
from worklogs.models.scores import DayScore, FollowedFact, ScoreTable, WeekScore

__all__ = [
    "Contact",
    "Correction",
    "DayScore",
    "FollowedFact",
    "LogEntry",
    "QuickPhrases",
    "Reply",
    "ScoreTable",
    "WeekScore",
    "WorkLog",
]
