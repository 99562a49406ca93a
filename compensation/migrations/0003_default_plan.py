"""The plan the product is delivered with. Nobody has approved it yet: a firm records its own approval before use."""

import json
from datetime import date
from pathlib import Path

from django.db import migrations

CODE = "CN-BRANCH-DEFAULT"


def add(apps, schema_editor):
    components = json.loads((Path(__file__).parents[1] / "plans" / f"{CODE}.json").read_text())
    plan, _ = apps.get_model("compensation", "PayPlan").objects.get_or_create(
        code=CODE, defaults={"name": "营业部客户经理薪酬方案（标准）"}
    )
    apps.get_model("compensation", "PlanVersion").objects.get_or_create(
        plan=plan,
        from_on=date(2000, 1, 1),
        defaults={"components": components, "source": "plans/CN-BRANCH-DEFAULT.json"},
    )


def remove(apps, schema_editor):
    apps.get_model("compensation", "PlanVersion").objects.filter(plan__code=CODE).delete()
    apps.get_model("compensation", "PayPlan").objects.filter(code=CODE).delete()


class Migration(migrations.Migration):
    dependencies = [("compensation", "0002_closed_months")]
    operations = [migrations.RunPython(add, remove)]
