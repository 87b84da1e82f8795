"""
Run by Alembic around the migrations, on the connection that `service.store.schema` opened and will commit.
"""

from alembic import context

from service.store.indexes import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
