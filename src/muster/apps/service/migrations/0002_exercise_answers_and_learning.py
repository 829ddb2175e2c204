"""Answers of exercises are kept apart, and the model knows whether it waits to be fitted anew."""

from django.db import migrations, models
from django.db.models import Exists, OuterRef


def sort_out(apps, _schema):
    """What was learned so far: that of exercises is marked; that of actual callouts was never fitted, so it waits."""
    alerts = apps.get_model("service", "PastAlert").objects
    turns = apps.get_model("service", "Attendance").objects.filter(ref=OuterRef("callout_ref"), exercise=True)
    alerts.filter(Exists(turns)).update(exercise=True)
    if alerts.filter(callout_ref__startswith="callout:", exercise=False).exists():
        apps.get_model("service", "Learning").objects.create(pk=1, wanted_seq=1)


class Migration(migrations.Migration):
    dependencies = [
        ("service", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Learning",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("wanted_seq", models.PositiveBigIntegerField(default=0)),
                ("fitted_seq", models.PositiveBigIntegerField(default=0)),
            ],
        ),
        migrations.AddField(
            model_name="pastalert",
            name="exercise",
            field=models.BooleanField(default=False),
        ),
        migrations.RunPython(sort_out, migrations.RunPython.noop),
    ]
