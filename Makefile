# The commands of this project. Each does its own set-up; `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3)
BIN := .venv/bin
APE := $(BIN)/ape
# One process a core, but a small machine should not swap.
WORKERS ?= 2
PROFILE ?= ci

.PHONY: help setup demo test lint format property prove gas rehearse slither mutate clean lock

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/.ready ## Virtual environment, npm packages, compiler, compiled contracts
	@$(BIN)/python -c 'from kgst.build import refresh; refresh()'

demo: setup ## The token's life on the in-process chain, told in som
	@$(APE) run demo

test: setup ## All tests, and the property campaign of profile ci
	@$(APE) test tests -n $(WORKERS) --dist loadfile
	@$(BIN)/python tests/property/run.py --profile ci

property: setup ## Property campaign: PROFILE=ci or deep
	@$(BIN)/python tests/property/run.py --profile $(PROFILE)

prove: .venv-halmos/.ready setup ## Proofs over symbolic words, in an environment of their own: build/prove.json; ARGS=--update, --broken, --match=
	@.venv-halmos/bin/python tools/run_prove.py $(ARGS)

gas: setup ## Gas beside the peers, on anvil: build/gas.json, docs/gas.md; ARGS=--update, --check, --json
	@$(BIN)/python tests/gas/run.py $(ARGS)

rehearse: setup ## The token's whole life, typed from docs/runbooks/, on anvil with the testnet's id: build/rehearse.json
	@$(BIN)/python tests/rehearsal/run.py $(ARGS)

lint: setup ## Every linter, all blocking
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python tools/check_tests.py
	node_modules/.bin/solhint --noPoster --disc --max-warnings 0 'contracts/**/*.sol'
	node_modules/.bin/forge fmt --check contracts

format: setup ## Format Python and Solidity
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix-only .
	node_modules/.bin/forge fmt contracts

slither: .venv-slither/.ready setup ## Static analysis of contracts/, in an environment of its own
	@.venv-slither/bin/python tools/run_slither.py

mutate: .venv-mutate/.ready .venv-slither/.ready setup ## Mutation testing, hours: build/mutate.json; goes on where it stopped; ARGS=--all, --match=, --doubt
	@$(BIN)/python tools/mutate_solidity.py $(ARGS)
	@.venv-mutate/bin/python tools/mutate_python.py
	@$(BIN)/python tools/mutate_report.py --update

clean: ## Remove everything that the other targets made
	rm -rf .venv .venv-slither .venv-mutate .venv-halmos node_modules build .build .pytest_cache .mypy_cache .ruff_cache .hypothesis

lock: ## Resolve requirements/*.in anew (needs uv)
	uv pip compile -q --generate-hashes --no-emit-index-url --no-header --universal --python-version 3.11 requirements/project.in -o requirements/project.txt
	uv pip compile -q --generate-hashes --no-emit-index-url --no-header --universal --python-version 3.11 requirements/slither.in -o requirements/slither.txt
	uv pip compile -q --generate-hashes --no-emit-index-url --no-header --universal --python-version 3.11 requirements/mutate.in -o requirements/mutate.txt
	uv pip compile -q --generate-hashes --no-emit-index-url --no-header --universal --python-version 3.11 requirements/halmos.in -o requirements/halmos.txt

# The stamp names what it was made from: a change of either lock file sets up anew.
.venv/.ready: requirements/project.txt pyproject.toml package-lock.json tools/install_tools.py tools/solc.cjs
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] < (3, 11) and "KGST needs Python 3.11 or newer; set PYTHON=…")'
	@node -e 'process.exit(+(process.versions.node.split(".")[0] < 20))' || { echo "KGST needs Node 20 or newer"; exit 1; }
	@mkdir -p build
	@echo "npm packages …"
	@npm ci --silent --ignore-scripts --no-audit --no-fund
	@echo "Python packages …"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/project.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(BIN)/python tools/install_tools.py
	@touch $@

.venv-slither/.ready: requirements/slither.txt
	@$(PYTHON) -m venv .venv-slither
	@.venv-slither/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/slither.txt
	@touch $@

.venv-halmos/.ready: requirements/halmos.txt
	@$(PYTHON) -m venv .venv-halmos
	@.venv-halmos/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/halmos.txt
	@touch $@

.venv-mutate/.ready: requirements/mutate.txt
	@$(PYTHON) -m venv .venv-mutate
	@.venv-mutate/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/mutate.txt
	@touch $@
