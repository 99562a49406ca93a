import django.db.models.deletion
from django.db import migrations, models


HELD_SO_FAR = """
INSERT INTO teams_grading (person_id, grade, from_on) SELECT id, grade, joined_on FROM teams_person WHERE grade <> '' ORDER BY id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("teams", "0005_identifiers_in_one_form"),
    ]

    operations = [
        migrations.CreateModel(
            name="Grading",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("grade", models.CharField(blank=True, max_length=16, verbose_name="grade")),
                ("from_on", models.DateField(verbose_name="from")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="gradings",
                        to="teams.person",
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "verbose_name": "grade of a person",
                "verbose_name_plural": "grades of people",
                "ordering": ["person", "from_on"],
                "constraints": [models.UniqueConstraint(fields=("person", "from_on"), name="one_grade_a_day")],
            },
        ),
        migrations.RunSQL(HELD_SO_FAR, migrations.RunSQL.noop),
        migrations.CreateModel(
            name="Rejoining",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("left_on", models.DateField(verbose_name="left on")),
                ("joined_on", models.DateField(verbose_name="joined on")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rejoinings",
                        to="teams.person",
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "verbose_name": "return to the firm",
                "verbose_name_plural": "returns to the firm",
                "ordering": ["person", "joined_on"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("joined_on__gte", models.F("left_on"))), name="returns_after_leaving"
                    ),
                    models.UniqueConstraint(fields=("person", "joined_on"), name="one_return_a_day"),
                ],
            },
        ),
    ]
