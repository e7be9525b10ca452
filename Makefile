# Everything a person or CI runs. Needs Python 3.11 or newer, make and a package index; nothing else.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
WORKERS ?= 2

.PHONY: demo test check audit sbom bench torture docs year weights lock clean setup

setup: .venv/.dev

.venv/.run: requirements.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

.venv/.dev: .venv/.run requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	touch $@

demo: .venv/.run
	$(BIN)/kaizend demo

test: .venv/.dev
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

check: .venv/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.licences
	$(BIN)/python -m tests.audit --if-reachable

# Known vulnerabilities; fails if the advisory service does not answer.
audit: .venv/.dev
	$(BIN)/python -m tests.audit

# Live a year with a made-up company, day by day; YEAR_SEED=7 lives another.
year: .venv/.dev
	YEAR_DAYS=365 $(BIN)/python -m pytest tests/worker/test_year.py

# What is installed, with versions, hashes and licences, as a CycloneDX file for those who run it.
sbom: .venv/.dev
	$(BIN)/python -m tests.sbom kaizend.cdx.json

bench: .venv/.dev
	$(BIN)/python -m tests.bench

# The promises under crashes, faults and time. SEEDS=1000 is the long form: so many months, and every seam.
torture: .venv/.dev
	$(BIN)/python -m tests.torture $(SECTIONS)

# Train what recognises recurrences anew, on labelled tickets of yours: make weights DATA="a.jsonl.gz b.jsonl.gz"
weights: .venv/.run
	$(BIN)/python -m worker.recurrence.train $(DATA) > rules/recurrence/weights.toml.new
	mv rules/recurrence/weights.toml.new rules/recurrence/weights.toml

# A page for each pack that ships, from its rule file.
docs: $(patsubst rules/packs/%.toml,docs/packs/%.md,$(wildcard rules/packs/*.toml))

docs/packs/%.md: .venv/.run FORCE
	mkdir -p docs/packs
	$(BIN)/kaizend packs $* > $@.new && mv $@.new $@ || { rm -f $@.new; exit 1; }

FORCE:

# Compile the pinned requirements anew: name, version and hashes only, no index and no address.
COMPILE = $(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-header --no-annotate \
  --no-emit-index-url --no-emit-find-links --no-emit-trusted-host
lock: .venv/.dev
	$(COMPILE) $(LOCKFLAGS) -o requirements.txt requirements.in
	$(COMPILE) $(LOCKFLAGS) -o requirements-charts.txt requirements-charts.in
	$(COMPILE) $(LOCKFLAGS) -o requirements-dev.txt requirements-dev.in

clean:
	rm -rf kaizend.cdx.json .venv .demo build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
