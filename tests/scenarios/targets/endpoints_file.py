"""Writes the endpoints file of a stack, as its owner would: credentials by reference."""

from pathlib import Path

import yaml

from scenarios.targets.embedded.target import EmbeddedTarget


def write_endpoints_file(stack: EmbeddedTarget, folder: Path) -> Path:
    """The file of an embedded stack that was started elsewhere; its secrets lie in files beside it."""
    endpoints = stack.status().endpoints
    s3, postgres = endpoints.s3, endpoints.postgres
    secrets = {
        "access_key": str(s3.access_key),
        "secret_key": str(s3.secret_key),
        "user": postgres.user,
        "password": postgres.password,
    }
    for name, value in secrets.items():
        (folder / name).write_text(f"{value}\n")
    where = {name: {"file": str(folder / name)} for name in secrets}
    content = {
        "grpc": endpoints.grpc,
        "schema_version": endpoints.schema_version,
        "kafka": {
            "bootstrap": endpoints.kafka,
            "topic": endpoints.topic,
            "group": endpoints.group,
            "settings": {"security.protocol": "PLAINTEXT"},
        },
        "aws": {
            "region": s3.region,
            "glue": endpoints.aws,
            "s3": s3.endpoint,
            "access_key": where["access_key"],
            "secret_key": where["secret_key"],
        },
        "postgres": {
            "host": postgres.host,
            "port": postgres.port,
            "direct_port": postgres.direct_port,
            "database": postgres.database,
            "user": where["user"],
            "password": where["password"],
        },
    }
    path = folder / "staging.yaml"
    path.write_text(yaml.safe_dump(content))
    return path
