"""What a week that is still running can fairly be measured against: the days that are over."""

from __future__ import annotations


def mark_so_far(pass_mark: int, due_days: int, days_over: int) -> int:
    """The share of a week's pass mark that its days already over ask for, rounded up; 0 where none is over."""
    return -(-pass_mark * min(days_over, due_days) // due_days) if due_days else 0
