"""The delivered plan pays leaders. Where its first version was approved already, another one is added beside it."""

import json
from datetime import date
from pathlib import Path

from django.db import migrations

CODE = "CN-BRANCH-DEFAULT"


def bring_up(apps, schema_editor):
    components = json.loads((Path(__file__).parents[1] / "plans" / f"{CODE}.json").read_text())
    versions = apps.get_model("compensation", "PlanVersion").objects.filter(plan__code=CODE)
    if any(version.components == components for version in versions):
        return
    first = versions.order_by("from_on").first()
    if first is None:
        return
    if first.approved_on is None:
        first.components = components
        first.save(update_fields=["components"])
    else:
        versions.model.objects.get_or_create(
            plan_id=first.plan_id,
            from_on=date(2026, 12, 1),
            defaults={"components": components, "source": "plans/CN-BRANCH-DEFAULT.json"},
        )


class Migration(migrations.Migration):
    dependencies = [("compensation", "0003_default_plan")]
    operations = [migrations.RunPython(bring_up, migrations.RunPython.noop)]
