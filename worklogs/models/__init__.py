"""The daily work log and what is judged from it."""

from worklogs.models.logs import Contact, Correction, LogEntry, QuickPhrases, Reply, WorkLog
from worklogs.models.market_reports import MarketReport
from worklogs.models.scores import DayScore, FollowedFact, ScoreTable, WeekScore

__all__ = [
    "Contact",
    "Correction",
    "DayScore",
    "FollowedFact",
    "LogEntry",
    "MarketReport",
    "QuickPhrases",
    "Reply",
    "ScoreTable",
    "WeekScore",
    "WorkLog",
]
