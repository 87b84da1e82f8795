"""
Services that start together.
"""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from postgresql_server import PostgresqlServer
from running_service import RunningService, write_model
from sqlalchemy import text

from service.store.engine import connect


def test_four_services_that_start_together_on_an_empty_store_all_serve(
    tmp_path: Path, postgresql: PostgresqlServer
) -> None:
    postgresql.empty()
    services = []
    for name in "abcd":
        write_model(tmp_path / name / "models")
        services.append(RunningService(tmp_path / name, HAMLET_DATABASE_URL=postgresql.url, HAMLET_WORKERS="1"))

    with ThreadPoolExecutor(4) as threads:
        running = [each.result() for each in [threads.submit(service.__enter__) for service in services]]
        ready = [service.request("GET", "/readyz").status for service in running]
        ended = [each.result() for each in [threads.submit(service.__exit__) for service in running]]

    assert ready == [200] * len(ended)
    engine = connect(postgresql.url)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM alembic_version")) == 1
        assert connection.scalar(text("SELECT count(*) FROM sites")) == 1
    engine.dispose()
