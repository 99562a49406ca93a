"""Celery rings the bell; the database remembers. One beat, a fixed schedule in code.

A tick asks the database what is due. Every task is harmless twice, so a late, doubled or lost tick costs nothing.
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("muster")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = {
    "offer what the outbox holds": {"task": "messaging.tasks.offer_messages", "schedule": 30},
    "offer imports to be checked or taken": {"task": "crm.tasks.offer_imports", "schedule": 30},
    "remove files never taken": {"task": "crm.tasks.purge_unused_files", "schedule": 3600},
    "remind who lags": {"task": "supervision.tasks.run_due_reminders", "schedule": 60},
    "judge days and weeks": {"task": "worklogs.tasks.judge_recent", "schedule": 600},
    "ask for a year's calendar": {"task": "attendance.tasks.ask_to_settle", "schedule": 3600},
    "look after requests": {"task": "approvals.tasks.look_after", "schedule": 300},
    "send score tables up": {"task": "worklogs.tasks.send_score_tables", "schedule": 300},
    "remind of market reports": {"task": "worklogs.tasks.remind_of_market_reports", "schedule": 3600},
    "look again at what is signed": {"task": "compensation.tasks.look_again_at_runs", "schedule": 120},
    "file what is signed": {"task": "archives.tasks.file_signed_runs", "schedule": 60},
    "keep the security log no longer than it says": {"task": "accounts.tasks.sweep_security_log", "schedule": 3600},
    "spell new names": {"task": "portal.tasks.spell_names", "schedule": 300},
    "verify when asked": {"task": "core.tasks.verify_when_asked", "schedule": 60},
    "seal the audit trail": {"task": "core.tasks.seal_audit_trail", "schedule": 60},
}
