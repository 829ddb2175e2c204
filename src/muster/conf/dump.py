"""Rows as text: one JSON line per table row, the same for every database, sealed fields staying sealed.

Values are read and written below the models, or every sealed field would stand in the file in clear.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, models, transaction

BATCH = 500
LEFT_OUT = {"django_session"}  # everybody signs in anew after a restore


def tables() -> list[type[models.Model]]:
    """All stored models, link tables included, in the order of installation."""
    found = apps.get_models(include_auto_created=True)
    return [model for model in found if model._meta.managed and model._meta.db_table not in LEFT_OUT]


def _columns(model: type[models.Model]) -> list[models.Field]:
    return list(model._meta.local_concrete_fields)


def select_statement(model: type[models.Model]) -> str:
    """SQL that reads a table whole, in order of its key."""
    quote = connection.ops.quote_name
    names = ", ".join(quote(field.column) for field in _columns(model))
    return " ".join(["SELECT", names, "FROM", quote(model._meta.db_table), "ORDER BY", quote(model._meta.pk.column)])


def count_statement(model: type[models.Model]) -> str:
    """SQL that counts a table's rows."""
    return " ".join(["SELECT COUNT(*) FROM", connection.ops.quote_name(model._meta.db_table)])


def rows() -> Iterator[str]:
    """Every row of every table as a JSON line [table, [values]]; call inside a transaction that sees one moment."""
    for model in tables():
        columns = _columns(model)
        with connection.chunked_cursor() as cursor:
            cursor.execute(select_statement(model))
            while batch := cursor.fetchmany(BATCH):
                for row in batch:
                    values = [plain_value(field, value) for field, value in zip(columns, row, strict=True)]
                    yield json.dumps([model._meta.db_table, values], ensure_ascii=False)


def plain_value(field: models.Field, value: object) -> object:
    """A column's value as JSON can hold it; times in UTC, whatever the database gave."""
    if isinstance(value, datetime):
        at = value if value.tzinfo else value.replace(tzinfo=UTC)
        return at.astimezone(UTC).isoformat()
    if isinstance(value, date | Decimal):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode()
    return bool(value) if isinstance(field, models.BooleanField) and value is not None else value


def stored_value(field: models.Field, value: object) -> object:
    """The value as the database driver takes it."""
    if value is None:
        return None
    if isinstance(field, models.BinaryField):
        return base64.b64decode(str(value))
    if isinstance(field, models.DateTimeField):
        return connection.ops.adapt_datetimefield_value(datetime.fromisoformat(str(value)))
    if isinstance(field, models.DecimalField):
        return connection.ops.adapt_decimalfield_value(Decimal(str(value)), field.max_digits, field.decimal_places)
    return value


def _insert(model: type[models.Model]) -> str:
    quote = connection.ops.quote_name
    columns = _columns(model)
    is_postgres = connection.vendor == "postgresql"
    holders = ["%s::jsonb" if is_postgres and isinstance(field, models.JSONField) else "%s" for field in columns]
    names = ", ".join(quote(field.column) for field in columns)
    return " ".join(["INSERT INTO", quote(model._meta.db_table), "(", names, ") VALUES (", ", ".join(holders), ")"])


@transaction.atomic
def load(lines: Iterable[str]) -> int:
    """Put rows into a freshly migrated database, whose own few rows (content types, permissions) give way.

    Returns the number of rows. Error: KeyError for a table that this program does not have."""
    known = {model._meta.db_table: model for model in tables()}
    _empty(list(known.values()))
    count = 0
    with connection.cursor() as cursor:
        for table, batch in _batches(lines):
            columns = _columns(known[table])
            stored = [[stored_value(f, v) for f, v in zip(columns, values, strict=True)] for values in batch]
            cursor.executemany(_insert(known[table]), stored)
            count += len(batch)
        for statement in connection.ops.sequence_reset_sql(no_style(), list(known.values())):
            cursor.execute(statement)
    return count


def _empty(found: list[type[models.Model]]) -> None:
    with connection.cursor() as cursor:
        for model in reversed(found):
            cursor.execute(" ".join(["DELETE FROM", connection.ops.quote_name(model._meta.db_table)]))


def _batches(lines: Iterable[str]) -> Iterator[tuple[str, list[list[object]]]]:
    table, batch = "", []
    for line in lines:
        name, values = json.loads(line)
        if batch and (name != table or len(batch) >= BATCH):
            yield table, batch
            batch = []
        table = name
        batch.append(values)
    if batch:
        yield table, batch
