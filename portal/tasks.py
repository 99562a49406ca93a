from __future__ import annotations

from celery import shared_task

from accounts.models import User
from core.audit import acting
from core.spelling import spell
from teams.models import Outlet, Unit
from worklogs.models import Contact


@shared_task
def spell_names(**_: object) -> None:
    """Spell what is new before somebody searches for it."""
    with acting(source="task:portal.spell_names"):
        spell(User.objects.all(), Unit.objects.all(), Outlet.objects.all(), Contact.objects.all())
