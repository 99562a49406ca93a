from django.db import migrations

import core.fields
from core.identifiers import identifier

KEYS = {
    "Opening": (("client_no", "fund_account"), ("developer_id",)),
    "AccountMonth": (("fund_account",), ("month", "relation", "person_id")),
}


def spell_anew(apps, schema_editor):
    """What was stored before there was one form. Rows that would become one are left: `verify` names them."""
    for name, (spelt, rest) in KEYS.items():
        rows = apps.get_model("crm", name)._default_manager.filter(ended_by=None)
        pattern = r"[^0-9A-Za-z_-]"
        odd = rows.none()
        for column in spelt:
            odd |= rows.filter(**{f"{column}__regex": pattern})
        for row in odd.order_by("pk").iterator():
            said = tuple(getattr(row, column) for column in spelt)
            meant = tuple(identifier(text) for text in said)
            others = {column: getattr(row, column) for column in rest}
            if meant != said and not rows.filter(**dict(zip(spelt, meant, strict=True)), **others).exists():
                rows.filter(pk=row.pk).update(**dict(zip(spelt, meant, strict=True)))


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0007_branch_of_a_row"),
    ]

    operations = [
        migrations.RunPython(spell_anew, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="accountmonth",
            name="fund_account",
            field=core.fields.IdentifierField(max_length=32, verbose_name="fund account"),
        ),
        migrations.AlterField(
            model_name="opening",
            name="client_no",
            field=core.fields.IdentifierField(max_length=32, verbose_name="client number"),
        ),
        migrations.AlterField(
            model_name="opening",
            name="fund_account",
            field=core.fields.IdentifierField(max_length=32, verbose_name="fund account"),
        ),
    ]
