from django.db import migrations, models

import muster.access.fields


class Migration(migrations.Migration):
    dependencies = [
        ("channels", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="inmessage",
            name="sender",
            field=muster.access.fields.SealedTextField(
                blank=True, default="", help_text="number it came from, so that strangers can be called back"
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="inmessage",
            name="sender_masked",
            field=models.CharField(blank=True, default="", max_length=20),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="inmessage",
            name="handled",
            field=models.CharField(
                blank=True, help_text="reply, late, unknown_sender, no_callout, unclear, refused", max_length=20
            ),
        ),
    ]
