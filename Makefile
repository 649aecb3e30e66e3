# Every target sets up what it needs: Python 3.11 or newer and make are enough.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# What `newsletter` itself needs, and that with both databases and the tools of the tests.
BASE := $(VENV)/.base
READY := $(VENV)/.ready
# Tests also wait, for processes, browsers and clocks: one more than there are processors keeps those busy (measured on two).
WORKERS ?= $(shell $(PYTHON) -c 'import os; print(1 + (os.cpu_count() or 1))')
# Compiled on installation even where the environment forbids it: start-up times mislead otherwise.
export UV_COMPILE_BYTECODE := 1
export UV_LINK_MODE := copy
# Tests rewrite their assertions and start hundreds of processes: what Python made of a file is kept where the environment forbids it too.
test walks faults: export PYTHONDONTWRITEBYTECODE :=

.PHONY: help setup demo dist test lint fix bench faults walks live oracles pictures chromium clean

help:
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

INSTALL = @$(BIN)/uv pip install --quiet --python $(BIN)/python --constraint constraints.txt --editable

$(BASE): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; name one with: make PYTHON=/path/to/python3"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --constraint constraints.txt uv
	$(INSTALL) .
	@touch $@

$(READY): $(BASE)
	$(INSTALL) '.[postgres,ses,away,dev]'
	@touch $@

setup: $(READY) ## the .venv with everything in it

demo: $(BASE) ## the whole walk on made-up readers; nothing leaves this machine
	@$(BIN)/newsletter demo $(DEMO)

chromium: setup
	@$(BIN)/python -m tests.chromium

test: setup chromium ## the tests: both databases, a browser, killed processes
	$(BIN)/python -m pytest -q -n $(WORKERS) --dist worksteal $(TESTS)

lint: setup ## style, types, and who may import whom
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fix: setup ## put right what can be put right by itself
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup ## measure, beside the bare libraries, in one run
	$(BIN)/python -m benchmarks $(BENCH)

faults: setup ## long campaigns of kills and hostile providers
	$(BIN)/python -m pytest -q -s -m faults --override-ini addopts="--strict-markers --import-mode=importlib"

walks: setup chromium ## whole weeks in a browser, the tutorial from top to bottom, a year of slots
	$(BIN)/python -m pytest -q -n $(WORKERS) --dist worksteal -m walks

live: setup ## try what only a real SendGrid account can show; wants a key and an own address
	$(BIN)/python -m tests.live

oracles: setup ## hold the mail against tools that we did not write; a missing one is named
	$(BIN)/python -m tests.oracles

dist: setup ## a wheel in dist/, to install with pipx or uv tool
	$(BIN)/python -m hatchling build -t wheel

pictures: setup chromium ## make the pictures of the README again
	$(BIN)/python -m tests.pictures

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache
