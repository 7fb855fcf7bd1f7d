# make help  tells what there is. Everything lives in this folder; `make clean` takes it away again.

VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
SOURCES := zkdash tests bench docs hatch_build.py

# How many processes run the tests, each one file at a time (most of a run is waiting); 0 runs one test after another.
WORKERS ?= 3
# Files in the order of their names: the slow ones, in folders, come first, and nobody waits for them at the end.
PYTEST = $(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

# A Python >= 3.11 that really runs: version managers leave commands on the PATH that don't.
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
export PYTHON

# Python keeps what it has compiled: the tests start zkdash hundreds of times.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help setup run demo test test-fast test-matrix lint fmt types bench bench-quick chaos fuzz pictures screenshots manual lighthouse clean
.DEFAULT_GOAL := help

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(firstword $(MAKEFILE_LIST)) | while IFS="$$(printf '\t')" read -r name what; do \
		printf '  make %-11s %s\n' "$$name" "$$what"; done

setup: $(READY) ## the virtual environment with zkdash and its tools, and the browser assets

# The assets may have been deleted, though nothing that they are made from has changed.
ifeq ($(wildcard static/vendor/.lock),)
.PHONY: $(READY)
endif

$(READY): pyproject.toml hatch_build.py package.json package-lock.json
	@test -n "$(PYTHON)" || { echo "zkdash: please install Python 3.11 or newer (Debian: apt-get install python3 python3-venv)" >&2; exit 1; }
	@.ci/ensure venv
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "zkdash: installing into $(VENV)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

run: setup ## zkdash with etc/zkdash.conf, or with ARGS="prod=zk1:2181,zk2:2181
	@exec $(BIN)/zkdash $(or $(ARGS),-c etc/zkdash.conf)

demo: setup ## real ZooKeeper servers with trouble, and zkdash on them: prints one URL
	@.ci/ensure zookeeper
	@exec $(BIN)/zkdash demo $(ARGS)

test: setup lint types ## everything: lint, types and all tests, on real servers and in a real browser
	@.ci/ensure zookeeper chromium postgresql alertmanager prometheus nginx
	@$(PYTEST) $(ARGS)

test-fast: setup ## the tests that need no server, no browser and no patience
	@$(PYTEST) -m 'not zookeeper and not browser and not slow' $(ARGS)

test-matrix: setup ## the tests of protocol and states on ZooKeeper 3.4 to 3.9, which Maven fetches
	@$(BIN)/python -m tests.matrix $(ARGS)

lint: setup ## ruff, and the floors that imports must keep to
	@$(BIN)/ruff check $(SOURCES)
	@$(BIN)/ruff format --check --quiet $(SOURCES) || { $(BIN)/ruff format --check $(SOURCES); exit 1; }
	@$(BIN)/lint-imports --no-logo

fmt: setup ## put the code into its form
	@$(BIN)/ruff check --fix $(SOURCES)
	@$(BIN)/ruff format $(SOURCES)

types: setup ## mypy --strict
	@$(BIN)/mypy

bench: setup ## measure what the design promises, for hours; stopped, it goes on where it was (ARGS="viewers pages")
	@.ci/ensure zookeeper chromium
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check 'matplotlib>=3.9' 'py-spy>=0.4'
	@exec $(BIN)/python -m bench --plots docs/performance $(ARGS)

bench-quick: setup ## a first picture of the same, in under 3 minutes
	@.ci/ensure zookeeper
	@exec $(BIN)/python -m bench --quick $(ARGS)

chaos: setup ## real servers and a real zkdash under random faults, by a seed (ARGS="--seed 7 --minutes 30")
	@.ci/ensure zookeeper
	@exec $(BIN)/python -m tests.chaos $(ARGS)

FUZZ_SECONDS ?= 60

fuzz: setup ## everything that reads what others send, with atheris, each for FUZZ_SECONDS
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check 'atheris>=3.0'
	@for target in znode words admin jute config path session address topic websocket; do \
		$(BIN)/python -m tests.fuzz $$target $(FUZZ_SECONDS) || exit 1; done

pictures: setup ## make the pictures of README.md again
	@.ci/ensure zookeeper chromium
	@exec $(BIN)/python -m docs.pictures.make

screenshots: setup ## every page in both themes at three widths, into .screenshots
	@.ci/ensure zookeeper chromium
	@exec $(BIN)/python -m docs.pictures.screenshots $(ARGS)

manual: setup ## the man page and the completions of the shells, out of the command line
	@$(BIN)/python -m docs.manual.make

lighthouse: setup ## Lighthouse (from npm) on every page: 100 for accessibility and best practices, 95 for performance
	@.ci/ensure zookeeper chromium
	@exec $(BIN)/python -m tests.lighthouse $(ARGS)

clean: ## remove everything that the other targets made
	rm -rf $(VENV) .tools .screenshots .demo build dist static/vendor .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .bench
	find . -name __pycache__ -not -path './.git/*' -prune -exec rm -rf {} +
