from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0005_versions"),
    ]

    operations = [
        migrations.AlterField(
            model_name="opening",
            name="share",
            field=models.DecimalField(
                decimal_places=20, help_text="a third keeps 20 places", max_digits=21, verbose_name="share"
            ),
        ),
        migrations.AlterField(
            model_name="dailyresult",
            name="openings",
            field=models.DecimalField(decimal_places=20, max_digits=30, verbose_name="openings"),
        ),
        migrations.AlterField(
            model_name="unitresult",
            name="openings",
            field=models.DecimalField(decimal_places=20, max_digits=30, verbose_name="openings"),
        ),
        migrations.AlterField(
            model_name="unitresult",
            name="running",
            field=models.DecimalField(decimal_places=20, max_digits=32, verbose_name="openings so far"),
        ),
    ]
