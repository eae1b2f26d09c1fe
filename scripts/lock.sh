#!/bin/sh
# Compile the requirement locks anew: every package pinned by hash, no address inside.
set -eu
uv=.venv/bin/uv
lock() { "$uv" pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header "$@"; }
lock pyproject.toml --group dev --extra locust --extra airflow --output-file requirements/lock.txt
echo uv | lock - --output-file requirements/uv.txt
# Clients of Athena whose pins are not ours.
printf '%s\n' apache-airflow apache-airflow-providers-amazon awswrangler | lock - --output-file requirements/clients.txt
