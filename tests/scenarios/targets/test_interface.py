"""Endpoints as users get them."""

from psycopg.conninfo import conninfo_to_dict

from scenarios.targets.interface import PostgresEndpoint

POSTGRES = PostgresEndpoint("127.0.0.1", 6432, 5432, "keystone", "me", "it's a \\ secret")


def test_a_connection_string_leads_to_the_pooler_or_past_it() -> None:
    rest = {"host": "127.0.0.1", "dbname": "keystone", "user": "me", "password": "it's a \\ secret"}
    assert conninfo_to_dict(POSTGRES.pooled) == rest | {"port": "6432"}
    assert conninfo_to_dict(POSTGRES.direct) == rest | {"port": "5432"}


def test_a_password_is_not_shown_by_accident() -> None:
    assert "secret" not in repr(POSTGRES)
