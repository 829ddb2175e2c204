"""Entries made on phones in the field."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [("incidents", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="FieldEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=64, unique=True)),
                (
                    "said",
                    models.CharField(
                        help_text="accept-30, decline-at_work, en_route, unclear, here-muster …", max_length=40
                    ),
                ),
                (
                    "said_at",
                    models.DateTimeField(help_text="when it was tapped, by our clock less the age the phone told"),
                ),
                ("taken_at", models.DateTimeField()),
                ("by", models.CharField(max_length=80)),
                (
                    "outcome",
                    models.CharField(
                        choices=[("noted", "Noted"), ("kept", "Kept, changes nothing"), ("refused", "Refused")],
                        max_length=8,
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        blank=True, help_text="why it is only kept, or the error it was refused with", max_length=60
                    ),
                ),
                (
                    "alert",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="field_entries", to="incidents.alert"
                    ),
                ),
            ],
        ),
    ]
