# Two commands matter: `make demo` and `make test`. Everything installs itself into .venv.
PYTHON ?= python3
BIN := .venv/bin
SCENARIO ?= S1
SPEED ?= 20
PORT ?= 8000
HOST ?= 127.0.0.1
SHARED ?= ../shared
export MUSTER_SHARED := $(abspath $(SHARED))

.PHONY: install install-dev demo test lint types contracts test-sqlite test-postgres acceptance acceptance-quick bench shots bundle clean

.venv/made.stamp:
	$(PYTHON) -m venv .venv
	touch $@

.venv/run.stamp: .venv/made.stamp pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[build]'
	touch $@

.venv/dev.stamp: .venv/run.stamp pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	touch $@

.venv/vendor.stamp: .venv/run.stamp package.json package-lock.json tools/vendor.py tools/vendor.lock.json tools/older_css.py
	$(BIN)/python tools/vendor.py
	$(BIN)/python tools/older_css.py
	touch $@

.venv/messages.stamp: .venv/run.stamp $(wildcard src/muster/web/locale/parts/*.po) $(wildcard src/muster/web/locale/*/LC_MESSAGES/*.po)
	$(BIN)/python tools/messages.py compile
	touch $@

install: .venv/run.stamp .venv/vendor.stamp .venv/messages.stamp
install-dev: install .venv/dev.stamp

# --- use ------------------------------------------------------------------------------------------------------------
demo: install
	$(BIN)/muster demo --scenario $(SCENARIO) --speed $(SPEED) --port $(PORT) --host $(HOST)

# --- checks ---------------------------------------------------------------------------------------------------------
test: lint types contracts test-sqlite test-postgres

lint: install-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: install-dev
	$(BIN)/mypy

contracts: install-dev
	$(BIN)/lint-imports

test-sqlite: install-dev
	$(BIN)/python -m pytest tests --db sqlite -n 2 --dist loadgroup -m "not browser and not kill" --no-skips

test-postgres: install-dev
	$(BIN)/python -m pytest tests --db postgres -n 2 --dist loadgroup --no-skips

acceptance: install-dev
	$(BIN)/python -m pytest acceptance --db sqlite --no-skips
	$(MAKE) bench

acceptance-quick: install-dev
	MUSTER_QUICK=1 MUSTER_SEEDS=1-2 $(BIN)/python -m pytest acceptance --db sqlite --no-skips

.venv/bench.stamp: .venv/dev.stamp pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[bench]'
	touch $@

bench: install-dev .venv/bench.stamp
	$(BIN)/python -m tools.bench
	$(BIN)/python -m tools.bench.peers

shots: install-dev
	$(BIN)/python -m tools.shots

clean:
	rm -rf .venv var node_modules shots src/muster/web/static/vendor

# --- hand over --------------------------------------------------------------------------------------------------------
bundle: install
	$(BIN)/python -m tools.bundle
