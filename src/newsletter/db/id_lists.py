"""Many ids in one column: `int8[]` on PostgreSQL, a JSON list on SQLite."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ARRAY, JSON, BigInteger, ColumnElement, TableValuedAlias
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import functions
from sqlalchemy.sql.compiler import SQLCompiler

IdList = ARRAY(BigInteger).with_variant(JSON(), "sqlite")


class EachId(functions.GenericFunction[int]):
    type = BigInteger()
    inherit_cache = True
    name = "each_id"


@compiles(EachId, "sqlite")
def _on_sqlite(element: EachId, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **options)})"


@compiles(EachId, "postgresql")
def _on_postgresql(element: EachId, compiler: SQLCompiler, **options: Any) -> str:
    return f"unnest({compiler.process(element.clauses, **options)})"


def ids_in(column: ColumnElement[Any]) -> TableValuedAlias:
    """The ids of a list as rows, to join with the row that has it: column `value`.

    PostgreSQL calls the only column of a function by the function's alias, SQLite calls it `value`: here both do.
    """
    return EachId(column).table_valued("value", name="value")
