"""Alembic's entry: the connection comes from `store.migrate`, in a transaction of its own."""

from alembic import context

from issuers.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite alters little in place: a changed table is rebuilt
)
with context.begin_transaction():
    context.run_migrations()
