"""The files of a report become stored files of one record: the PDF's row stays as the record, the workbook's goes."""

from __future__ import annotations

from django.db import migrations, models

from core.closing import lifted

INTO_FILES = """
INSERT INTO django_content_type (app_label, model)
    SELECT 'archives', 'document' WHERE EXISTS (SELECT FROM archives_document)
    ON CONFLICT DO NOTHING;
INSERT INTO documents_storedfile
    (public_id, kind, format, title, about_type_id, about_id, place, month, file, file_name, sha256, size, retention,
     confidentiality, created_by_id, created_at)
SELECT gen_random_uuid(), one.kind, one.format, one.title, django_content_type.id, first_value(one.id) OVER of_run,
       teams_unit.path, one.month, one.file, one.file_name, one.sha256, one.size, one.retention, one.confidentiality,
       one.created_by_id, one.created_at
FROM archives_document one
JOIN teams_unit ON teams_unit.id = one.unit_id
JOIN django_content_type ON (app_label, model) = ('archives', 'document')
WINDOW of_run AS (PARTITION BY coalesce(one.run_id, -one.id) ORDER BY one.format, one.id)
ORDER BY one.id;
"""
ONE_ROW = """
DELETE FROM archives_document later USING archives_document kept
WHERE later.run_id = kept.run_id AND (kept.format, kept.id) < (later.format, later.id);
"""


class Migration(migrations.Migration):
    dependencies = [("archives", "0001_initial"), ("documents", "0001_stored_files")]

    operations = [
        migrations.RunSQL(INTO_FILES, migrations.RunSQL.noop),
        migrations.RunSQL(lifted("archives_document"), migrations.RunSQL.noop),
        migrations.RunSQL(ONE_ROW, migrations.RunSQL.noop),
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.RemoveConstraint("document", "one_pay_report_a_format"),
        *(
            migrations.RemoveField("document", name)
            for name in ("confidentiality", "file", "file_name", "format", "retention", "sha256", "size")
        ),
        migrations.AlterModelOptions(
            "document",
            {"ordering": ["-month", "unit__code"], "verbose_name": "document", "verbose_name_plural": "documents"},
        ),
        migrations.AddConstraint(
            "document",
            models.UniqueConstraint(
                condition=models.Q(("kind", "pay_report")), fields=("run",), name="one_pay_report_a_run"
            ),
        ),
    ]
