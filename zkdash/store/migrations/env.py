"""Alembic's entry: the connection comes from zkdash.store.migrate, which also holds the transaction."""

from alembic import context

from zkdash.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
context.run_migrations()
