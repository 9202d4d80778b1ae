# `make demo` and `make test` need Python 3.11 to 3.13, make and git; each makes `.venv` by itself.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
LOCK := requirements/lock.txt

.PHONY: help demo test lint docs examples golden cookbook wheel lock bench clean

help:
	@echo "make demo   train a small model, track it in MLflow, build its dossiers (HTML and PDF)"
	@echo "make test   lint, type check and test"
	@echo "make docs   write what README and docs take from the code again"
	@echo "make examples  write the worked example of each evidence format again"
	@echo "make golden  write the golden snapshot and digests of docgen qualify again"
	@echo "make cookbook  write what each recipe of the cookbook lacks again"
	@echo "make wheel  build the wheel into dist/"
	@echo "make bench  measure (ratios against lower bounds)"
	@echo "make lock   pin every requirement again, with hashes"

# The pinned versions, all of them, each with its hash; then docgen itself, as it lies here.
$(VENV)/.ready: pyproject.toml $(LOCK)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $(LOCK)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

demo: $(VENV)/.ready
	$(BIN)/docgen demo docgen-demo

test: $(VENV)/.ready lint
	$(BIN)/python -m pytest

lint: $(VENV)/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

docs: $(VENV)/.ready
	PYTHONPATH=tests $(BIN)/python -m support.generated

examples: $(VENV)/.ready
	PYTHONPATH=tests $(BIN)/python -m support.examples

golden: $(VENV)/.ready
	PYTHONPATH=tests $(BIN)/python -m support.golden

cookbook: $(VENV)/.ready
	PYTHONPATH=tests $(BIN)/python -m support.cookbook

wheel: $(VENV)/.ready
	$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation -w dist .

bench: $(VENV)/.ready
	$(BIN)/python -m benchmarks

# Needs the `uv` program. One version of each package for every Python; no index is named, so that any mirror serves them.
lock:
	uv pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest --no-strip-extras --generate-hashes \
	  --no-header --no-annotate --no-emit-index-url --no-emit-find-links --extra dev pyproject.toml requirements/build.in \
	  -o $(LOCK)

clean:
	rm -rf $(VENV) dist docgen-demo .pytest_cache .mypy_cache .ruff_cache
