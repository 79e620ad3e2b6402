# `make` alone lists the targets. Everything is made inside this folder (.venv, .local), except a
# Pulumi that had to be built, which is kept in the user's cache and shared by all checkouts.

# The first Python from 3.11 on, so that a newer python3 does where there is no python3.11.
PYTHON ?= $(shell for python in python3.11 python3 python3.12 python3.13 python3.14; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$python && break; done)
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help setup up down test test-all lint bench docs

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-8s  %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## make the environment in .venv, with gateway-rules in it
	@test -n "$(PYTHON)" || { echo "error: there is no Python 3.11 or newer on PATH; install one, or name it with PYTHON=" >&2; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "error: $(PYTHON) is no Python 3.11 or newer; name one with PYTHON=" >&2; exit 2; }
	@$(PYTHON) -P tools/environment.py

up: setup ## deploy every stack onto a local AWS and verify it
	@$(BIN)/gateway-rules local up

# Without .local there is nothing to undo, and no environment is made to find that out.
down: ## undo `make up`
	@if test -e .local; then $(MAKE) --no-print-directory setup && $(BIN)/gateway-rules local down; fi

# A file's tests share a local AWS, so a file goes to one process; the long ones go first.
PYTEST := $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

test: setup ## run all tests, of long rows a few cases
	@$(BIN)/python -m gateway_rehearsal.toolchain
	$(PYTEST) -m "not nightly"

test-all: setup ## run all tests with every case, as each night
	@$(BIN)/python -m gateway_rehearsal.toolchain
	$(PYTEST)

lint: setup ## check style, form and types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

# For instance ARGS="--only merge,cover"; what that leaves out stays in the page as it is.
bench: setup ## measure beside peers, and fleets of stacks; writes docs/performance.md
	@$(BIN)/python -m gateway_rehearsal.toolchain
	$(BIN)/python -m benches $(ARGS)

# MkDocs has an environment of its own: nothing else here needs it.
.venv-docs/made: requirements-docs.txt | setup
	@$(PYTHON) -m venv --clear .venv-docs
	@.venv-docs/bin/python -m pip install --quiet --requirement $<
	@touch $@

docs: setup .venv-docs/made ## build the documentation into site/; a broken link fails
	@$(BIN)/python -m tools.reference docs/reference
	@NO_MKDOCS_2_WARNING=1 .venv-docs/bin/python -m mkdocs build
	@echo "made site/; to read it: $(BIN)/python -m http.server --bind 127.0.0.1 --directory site"
