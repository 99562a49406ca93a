"""Client numbers were kept in capitals; where the CRM has one in small letters, the register takes it over."""

from django.db import migrations

FORWARD = """
UPDATE worklogs_contact c SET client_no = o.client_no
FROM (SELECT upper(client_no) AS capitals, min(client_no) AS client_no FROM crm_opening
      GROUP BY 1 HAVING count(DISTINCT client_no) = 1) o
WHERE c.client_no = o.capitals AND o.client_no <> o.capitals
  AND NOT EXISTS (SELECT FROM worklogs_contact there WHERE there.client_no = o.client_no)
"""


class Migration(migrations.Migration):
    dependencies = [
        ("worklogs", "0007_market_reports"),
        ("crm", "0008_identifiers_in_one_form"),
    ]
    operations = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
