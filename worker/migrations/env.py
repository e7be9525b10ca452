"""Alembic's entry: migrate on the connection, and in the transaction, that kaizend hands over."""

from alembic import context

from worker.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA, transactional_ddl=True)
context.run_migrations()
