# Everything a newcomer needs: `make demo` runs the pipeline, `make test` checks it. Both set up what is missing.

SHELL := /bin/sh
PYTHON ?= python3
EVENTS ?= generated
ROUNDS ?= 3
FUZZ_SECONDS ?= 3600
MWAA ?= 3.0.6

bin := .venv/bin
# Folders count, too: the installed package knows its modules by name, and a module that came or went changes its folder.
native_sources := CMakeLists.txt pyproject.toml $(shell find proto native -type f) \
    $(shell find reference dags loadgen chaos reports scenarios -type d ! -name __pycache__)
kafka_sources := $(addprefix scenarios/targets/embedded/kafka/,pom.xml log4j2.properties java.py config.py install.py)
clients := .venv/share/keystone/clients
trino_sources := $(addprefix tests/scenarios/targets/embedded/athena/oracle/,pom.xml Oracle.java engine.py)

# The store on disk is built where Go is present, and tests of it are skipped where it is not.
versitygw := github.com/versity/versitygw/cmd/versitygw@v1.8.0
store_if_go := $(if $(shell go version 2>/dev/null | grep -E 'go1\.(2[5-9]|[3-9][0-9])\.'),.venv/.object-store)

ghz := github.com/bojand/ghz/cmd/ghz@v0.121.0

.PHONY: setup demo test check-slow soak fuzz lint format bench bench-programs pictures object-store mwaa lock clean

setup: .venv/.kafka ## install all that is needed into .venv (system packages through apt)

demo: setup ## orders through gRPC, Kafka and the writer into Parquet, every one counted
	$(bin)/keystone run quickstart --events $(EVENTS)

test: setup .venv/.browser ## unit and integration tests
	scripts/native-tests.sh plain
	$(bin)/pytest

check-slow: setup .venv/.trino .venv/.clients $(store_if_go) ## native tests under sanitizers, and the slow tests
	scripts/native-tests.sh address
	scripts/native-tests.sh thread
	scripts/fuzz.sh 60
	$(bin)/pytest -m slow

soak: setup ## every scenario, its broken twin and every control at full length, ROUNDS times; then what takes longest
	for round in $$(seq $(ROUNDS)); do \
	    $(bin)/pytest -m slow tests/scenarios/test_library_runs.py --scenarios all --full || exit 1; \
	done
	$(bin)/pytest -m soak -s

fuzz: setup ## hostile input to the ingest server's check of events, for FUZZ_SECONDS
	scripts/fuzz.sh $(FUZZ_SECONDS)

lint: setup ## formatting, rules, types
	$(bin)/ruff check
	$(bin)/ruff format --check
	$(bin)/mypy
	find native -name '*.h' -o -name '*.cc' | xargs $(bin)/clang-format --dry-run --Werror

format: setup ## format all code
	$(bin)/ruff check --fix
	$(bin)/ruff format
	find native -name '*.h' -o -name '*.cc' | xargs $(bin)/clang-format -i

bench: setup bench-programs ## measure, and write the pages of docs that say what; WITHOUT=PEER leaves one out
	$(bin)/pytest --benchmark --timeout 0 --benchmark-json=build/benchmarks.json $(addprefix --without ,$(WITHOUT))
	$(bin)/python -m tests.benchmarks.page build/benchmarks.json
	$(bin)/python -m tests.benchmarks.athena_cost build/benchmarks.json
	$(bin)/python -m tests.benchmarks.checkpoint_plot build/benchmarks.json

bench-programs: setup ## build what the benchmarks measure against
	cmake -S . -B build/bench -G Ninja -DPython_EXECUTABLE="$$PWD/$(bin)/python" -DSKBUILD_SCRIPTS_DIR=bin \
	    -DKEYSTONE_BENCHES=ON >/dev/null
	ninja -C build/bench --quiet keystone-benches native/keystone-ingestd
	if command -v go >/dev/null; then GOBIN=$(abspath build/bench/native/bench) go install $(ghz); \
	    else echo "no Go here, so no ghz: make bench WITHOUT=ghz" >&2; fi

pictures: setup .venv/.browser ## draw the pictures of the docs, of the run RUN=FOLDER
	$(bin)/python -m tests.benchmarks.pictures $(RUN)

object-store: .venv/.object-store ## build the object store on disk, for `--object-store versitygw`; needs Go

mwaa: .venv/.python ## make what an environment of Amazon MWAA needs, of the version MWAA, and check it: docs/mwaa.md
	$(bin)/python -m scripts.mwaa $(MWAA)

lock: setup ## compile the requirement locks anew
	scripts/lock.sh

clean: ## remove everything that was built or run here
	rm -rf .venv .keystone build dist runs .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Each stamp is newer than what it was made from, so that a second `make` does nothing.
.venv/.system: requirements/apt.txt scripts/system-packages.sh scripts/apt-install.sh
	scripts/system-packages.sh requirements/apt.txt
	test -x $(bin)/python || $(PYTHON) -m venv .venv
	touch $@

.venv/.browser: requirements/apt-test.txt .venv/.system
	scripts/system-packages.sh requirements/apt-test.txt
	touch $@

.venv/.trino: .venv/.browser .venv/.python $(trino_sources)
	$(bin)/python -m tests.scenarios.targets.embedded.athena.oracle.engine
	touch $@

.venv/.clients: requirements/clients.txt .venv/.python
	$(bin)/uv venv --quiet --clear --python $(bin)/python $(clients)
	$(bin)/uv pip install --quiet --python $(clients)/bin/python --require-hashes -r requirements/clients.txt
	touch $@

.venv/.object-store: Makefile .venv/.system
	@command -v go >/dev/null || { echo "keystone: the object store on disk is built with Go 1.25 or later, which is not here" >&2; exit 1; }
	CGO_ENABLED=0 GOBIN=$(abspath $(bin)) go install -trimpath \
	    -ldflags "-s -w -X main.Version=$(patsubst v%,%,$(lastword $(subst @, ,$(versitygw))))" $(versitygw)
	touch $@

.venv/.python: .venv/.system requirements/lock.txt requirements/uv.txt
	$(bin)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	$(bin)/uv pip install --quiet --compile-bytecode --python $(bin)/python --require-hashes -r requirements/lock.txt
	touch $@

.venv/.native: .venv/.python $(native_sources)
	$(bin)/uv pip install --quiet --python $(bin)/python --no-build-isolation --no-deps --editable .
	touch $@

.venv/.kafka: .venv/.native $(kafka_sources)
	$(bin)/python -m scenarios.targets.embedded.kafka.install
	touch $@
