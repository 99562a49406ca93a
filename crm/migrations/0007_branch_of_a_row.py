import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0006_exact_shares"),
    ]

    operations = [
        migrations.AddField(
            model_name="accountmonth",
            name="branch",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                help_text="as the file names it",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="teams.unit",
                verbose_name="branch",
            ),
        ),
    ]
