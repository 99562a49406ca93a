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
class MergeTarget:
    """A table of judgements: its key and its other columns as (name, type[, expression over the sent value `{}`]).

    `shared` is a `jsonb` column whose texts many rows have in common: each text is sent and read once.
    """

    table: str
    keys: tuple[tuple[str, ...], ...]
    columns: tuple[tuple[str, ...], ...]
    shared: str


def merge_by_digest(target: MergeTarget, rows: Sequence[Sequence[Any]]) -> int:
    """Write judgements; a row is keys, columns, shared text, `digest`, and the digest last read ("" without a row).

    A row whose digest has changed since it was read is left as it is: somebody has judged it from newer facts. At
    most two statements whatever the number of rows. The number of rows written.
    """
    changed, new = _merging(target)
    return _merge(changed, [row for row in rows if row[-1]]) + _merge(new, [row for row in rows if not row[-1]])


def _merging(target: MergeTarget) -> tuple[sql.Composed, sql.Composed]:
    """The statements for rows that are there and for new ones."""
    parts = (*target.keys, *target.columns, (target.shared, "int", "shared.content"), ("digest", "text"))
    names = [sql.Identifier(part[0]) for part in parts]
    values = [
        sql.SQL(part[2] if len(part) > 2 else "{}").format(sql.SQL("sent.{}").format(name))
        for part, name in zip(parts, names, strict=True)
    ]
    shared = sql.SQL(
        "WITH shared AS MATERIALIZED (SELECT place, given::jsonb AS content"
        " FROM unnest(%s::text[]) WITH ORDINALITY AS given (given, place))"
    )
    sent = sql.SQL("unnest({}) AS sent ({}) JOIN shared ON shared.place = sent.{}").format(
        sql.SQL(", ").join(sql.SQL(f"%s::{part[1]}[]") for part in (*parts, ("was", "text"))),
        sql.SQL(", ").join([*names, sql.Identifier("was")]),
        sql.Identifier(target.shared),
    )
    table, keys = sql.Identifier(target.table), len(target.keys)
    change = sql.SQL("{} UPDATE {} AS kept SET {} FROM {} WHERE {} AND kept.digest = sent.was").format(
        shared,
        table,
        sql.SQL(", ").join(sql.SQL("{} = {}").format(n, v) for n, v in zip(names[keys:], values[keys:], strict=True)),
        sent,
        sql.SQL(" AND ").join(sql.SQL("kept.{} = sent.{}").format(name, name) for name in names[:keys]),
    )
    add = sql.SQL("{} INSERT INTO {} ({}) SELECT {} FROM {} ON CONFLICT DO NOTHING").format(
        shared, table, sql.SQL(", ").join(names), sql.SQL(", ").join(values), sent
    )
    return change, add


def _merge(statement: sql.Composed, rows: Sequence[Sequence[Any]]) -> int:
    if not rows:
        return 0
    *columns, texts, digests, before = (list(column) for column in zip(*rows, strict=True))
    places = {text: place for place, text in enumerate(dict.fromkeys(texts), start=1)}
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(places), *columns, [places[text] for text in texts], digests, before])
        return int(cursor.rowcount)
