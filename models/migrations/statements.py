"""What the versions run alike: SQL as it stands, tables that only grow, and what goes when a version goes."""

from collections.abc import Iterable

from alembic import op


def run(statements: str) -> None:
    """Run SQL to the letter: a percent sign in it is no parameter."""
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statements)


def keep_rows(tables: Iterable[str]) -> None:
    """Let nobody change, delete or truncate what stands in these tables."""
    for table in tables:
        run(
            f"CREATE TRIGGER keep_rows BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        run(
            f"CREATE TRIGGER keep_table BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def drop(tables: Iterable[str], functions: Iterable[str] = ()) -> None:
    """Drop tables with their triggers, then the functions that these called."""
    for table in tables:
        op.drop_table(table)
    for function in functions:
        run(f"DROP FUNCTION {function}()")
