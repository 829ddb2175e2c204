"""What members write is sealed; what was written before is sealed here."""

from collections.abc import Callable

from django.db import migrations, models

import muster.access.fields
from muster.access.fields import open_text, seal_text

FIELDS = (("alert", "reason"), ("reply", "reason"), ("reply", "text"))


def _rewritten(change: Callable[[str], str]) -> Callable[..., None]:
    def run(apps, schema_editor) -> None:
        for name, field in FIELDS:
            rows = apps.get_model("incidents", name)._default_manager.using(schema_editor.connection.alias)
            for key, words in list(rows.exclude(**{field: ""}).values_list("pk", field)):
                rows.filter(pk=key).update(**{field: change(words)})

    return run


class Migration(migrations.Migration):
    dependencies = [("incidents", "0001_initial")]

    operations = [
        *(migrations.AlterField(name, field, models.TextField(blank=True)) for name, field in FIELDS),
        migrations.RunPython(_rewritten(seal_text), _rewritten(open_text)),
        migrations.AlterField(
            "alert",
            "reason",
            muster.access.fields.SealedTextField(blank=True, help_text="sealed: people write what they like"),
        ),
        migrations.AlterField(
            "reply",
            "reason",
            muster.access.fields.SealedTextField(blank=True, help_text="sealed: people write what they like"),
        ),
        migrations.AlterField("reply", "text", muster.access.fields.SealedTextField(blank=True)),
    ]
