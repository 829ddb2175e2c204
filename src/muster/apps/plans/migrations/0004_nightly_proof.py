"""Loss tests, what an answer hangs on, and a database that refuses to change an answer that is done."""

import django.db.models.deletion
from django.db import migrations, models

# What an answer is never changes once it is given; only the way from waiting to answered to done leads on.
GIVEN = ("template", "target", "asked_by", "asked_at", "at", "outcome", "p_low", "roster_hash", "model_version", "touch")

SQLITE = """
CREATE TRIGGER plans_check_done BEFORE UPDATE ON plans_plancheck WHEN OLD.state = 'done'
BEGIN SELECT RAISE(ABORT, 'an answer that is done never changes'); END;
"""
SQLITE_ANSWERED = (
    "CREATE TRIGGER plans_check_answered BEFORE UPDATE ON plans_plancheck WHEN OLD.state = 'answered' AND ("
    + " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in GIVEN)
    + ") BEGIN SELECT RAISE(ABORT, 'an answer that is given never changes'); END;"
)
SQLITE_LOSSES = """
CREATE TRIGGER plans_losses_done BEFORE UPDATE ON plans_losstest
BEGIN SELECT RAISE(ABORT, 'a loss test never changes'); END;
"""
POSTGRES = (
    """
CREATE FUNCTION plans_check_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state = 'done' OR (OLD.state = 'answered' AND ("""
    + " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in GIVEN)
    + """)) THEN RAISE EXCEPTION 'an answer that is given never changes'; END IF;
  RETURN NEW;
END $$
""",
    """
CREATE FUNCTION plans_losses_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'a loss test never changes'; END $$
""",
    "CREATE TRIGGER plans_check_kept BEFORE UPDATE ON plans_plancheck FOR EACH ROW EXECUTE FUNCTION plans_check_kept()",
    "CREATE TRIGGER plans_losses_kept BEFORE UPDATE ON plans_losstest FOR EACH ROW EXECUTE FUNCTION plans_losses_kept()",
)
POSTGRES_AWAY = (
    "DROP TRIGGER plans_check_kept ON plans_plancheck",
    "DROP TRIGGER plans_losses_kept ON plans_losstest",
    "DROP FUNCTION plans_check_kept()",
    "DROP FUNCTION plans_losses_kept()",
)
NAMES = ("plans_check_done", "plans_check_answered", "plans_losses_done")


def lock(_apps, editor):
    """SQLite forgets a table's triggers when a later migration makes the table anew: that one has to call this again."""
    if editor.connection.vendor == "postgresql":
        for one in POSTGRES:
            editor.execute(one, params=None)
        return
    unlock(_apps, editor)
    for one in (SQLITE, SQLITE_ANSWERED, SQLITE_LOSSES):
        editor.execute(one, params=None)


def unlock(_apps, editor):
    if editor.connection.vendor == "postgresql":
        for one in POSTGRES_AWAY:
            editor.execute(one, params=None)
        return
    for name in NAMES:
        editor.execute(f"DROP TRIGGER IF EXISTS {name}")


class Migration(migrations.Migration):

    dependencies = [
        ('plans', '0003_calling_units'),
    ]

    operations = [
        migrations.AddField(
            model_name='plancheck',
            name='touch',
            field=models.CharField(blank=True, help_text='what the plan hangs on; see books.touch_of', max_length=64, default=''),
            preserve_default=False,
        ),
        migrations.CreateModel(
            name='LossTest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('made_at', models.DateTimeField()),
                ('seconds', models.FloatField(default=0.0)),
                ('breaking', models.PositiveIntegerField(default=0, help_text='single losses after which nobody on the books can save it')),
                ('result', models.JSONField(default=dict)),
                ('check_of', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='losses', to='plans.plancheck')),
            ],
        ),
        migrations.RunPython(lock, unlock),
    ]
