"""The database's migrations, run by worker.schema."""
