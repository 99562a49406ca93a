"""Loading many rows: `COPY` into a temporary table, then one statement that merges it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from psycopg import sql

from core import audit


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """`COPY` rows into `table`; the number of rows written. Belongs in a transaction."""
    audit.tell_database(connection)
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    written = 0
    with connection.cursor() as cursor, cursor.cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
            written += 1
    return written


def copy_text(table: str, columns: Sequence[str], chunks: Iterable[bytes]) -> None:
    """`COPY` rows that are already written as CSV, an empty cell being NULL. Belongs in a transaction."""
    audit.tell_database(connection)
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with connection.cursor() as cursor, cursor.cursor.copy(statement) as copy:
        for chunk in chunks:
            copy.write(chunk)


def staging_table(name: str, columns: Sequence[tuple[str, str]]) -> None:
    """A temporary table that ends with the transaction; `columns` are (name, PostgreSQL type)."""
    parts = sql.SQL(", ").join(sql.SQL("{} {}").format(sql.Identifier(n), sql.SQL(kind)) for n, kind in columns)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(sql.Identifier(name)))
        cursor.execute(sql.SQL("CREATE TEMPORARY TABLE {} ({}) ON COMMIT DROP").format(sql.Identifier(name), parts))


@dataclass(frozen=True, slots=True)
class Target:
    """A table of judgements: its key and its other columns as (name, type[, expression over the sent value `{}`])."""

    table: str
    keys: tuple[tuple[str, ...], ...]
    columns: tuple[tuple[str, ...], ...]


def merge_by_digest(target: Target, rows: Sequence[Sequence[Any]]) -> int:
    """Write judgements, each row being keys, columns, `digest`, and the digest last read ("" where there was no row).

    A row whose digest has changed since it was read is left as it is: somebody has judged it from newer facts. At
    most two statements whatever the number of rows. The number of rows written.
    """
    parts = (*target.keys, *target.columns, ("digest", "text"))
    names = [sql.Identifier(part[0]) for part in parts]
    sent = sql.SQL("unnest({}) AS sent ({})").format(
        sql.SQL(", ").join(sql.SQL(f"%s::{part[1]}[]") for part in (*parts, ("was", "text"))),
        sql.SQL(", ").join([*names, sql.Identifier("was")]),
    )
    values = [
        sql.SQL(part[2] if len(part) > 2 else "{}").format(sql.SQL("sent.{}").format(name))
        for part, name in zip(parts, names, strict=True)
    ]
    table, keys = sql.Identifier(target.table), len(target.keys)
    change = sql.SQL("UPDATE {} AS kept SET {} FROM {} WHERE {} AND kept.digest = sent.was").format(
        table,
        sql.SQL(", ").join(sql.SQL("{} = {}").format(n, v) for n, v in zip(names[keys:], values[keys:], strict=True)),
        sent,
        sql.SQL(" AND ").join(sql.SQL("kept.{} = sent.{}").format(name, name) for name in names[:keys]),
    )
    add = sql.SQL("INSERT INTO {} ({}) SELECT {} FROM {} ON CONFLICT DO NOTHING").format(
        table, sql.SQL(", ").join(names), sql.SQL(", ").join(values), sent
    )
    written = 0
    for statement, some in ((change, [row for row in rows if row[-1]]), (add, [row for row in rows if not row[-1]])):
        if some:
            with connection.cursor() as cursor:
                cursor.execute(statement, [list(column) for column in zip(*some, strict=True)])
                written += cursor.rowcount
    return written
