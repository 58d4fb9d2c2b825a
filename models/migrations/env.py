"""Alembic's entry: runs the migrations on the connection that models.migrate hands over."""

from alembic import context

from models.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    transaction_per_migration=True,
    compare_server_default=False,
)
with context.begin_transaction():
    context.run_migrations()
