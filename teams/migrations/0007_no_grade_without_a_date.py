from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("teams", "0006_grades_by_date"),
    ]

    operations = [
        migrations.RemoveField(model_name="person", name="grade"),
    ]
