# The commands of this project. Each does its own set-up; `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# make setup PYTHON=python3.13 chooses; else tools/setup.sh takes the first of 3.11 to 3.14 that runs.
PYTHON ?=
export PYTHON
BIN := .venv/bin
APE := $(BIN)/ape
# One process a core, but a small machine should not swap.
# One more than CI has cores: many tests wait for blocks.
WORKERS ?= 3
PROFILE ?= ci

.PHONY: help setup doctor-setup pythons demo page example-shop test quick schemas policy abi pdf packages clients pictures lint format property prove gas bench-index bench-report bench-statements statements rehearse lies slither mutate devices clean lock FORCE

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/.ready ## Virtual environment, npm packages, compiler, compiled contracts
	@$(BIN)/python -c 'from kgst.build import refresh; refresh()'

doctor-setup: ## What of this machine set-up and tests use: found, missing, needed for what
	@tools/setup.sh --doctor

demo: setup ## The token's life on the in-process chain, told in som
	@$(APE) run demo

page: setup ## The public page of the demonstration's chain, which it reads until Ctrl-C: build/page/kgst.html (docs/page.md); ARGS=--once
	@$(BIN)/python tools/page.py $(ARGS)

example-shop: setup ## A shop that is paid by x402 in som, its payers and a facilitator, on an anvil of their own: examples/x402 (docs/integrate.md)
	@$(BIN)/python tools/example_shop.py

test: setup ## All tests, and the property campaigns of profile ci
	@$(BIN)/python tools/run_alone.py $(APE) test tests -n $(WORKERS) --dist loadfile --durations 15
	@$(BIN)/python tools/run_alone.py $(BIN)/python tests/property/run.py --profile ci
	@$(BIN)/python tools/run_alone.py $(BIN)/python tests/operators/run.py --profile ci

quick: setup ## Most of what `make test` says, in a minute: the Python package without a chain, a short property campaign
	@$(BIN)/ruff check -q .
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python tools/run_alone.py $(APE) test tests/unit/kgst --ignore tests/unit/kgst/deployment/test_layout.py -n $(WORKERS) --dist loadfile -q
	@$(BIN)/python tools/run_alone.py $(BIN)/python tests/property/run.py --profile quick

property: setup ## Property campaigns, of the token and of its operators: PROFILE=ci or deep
	@$(BIN)/python tools/run_alone.py $(BIN)/python tests/property/run.py --profile $(PROFILE)
	@$(BIN)/python tools/run_alone.py $(BIN)/python tests/operators/run.py --profile $(PROFILE)

prove: .venv-halmos/.ready setup ## Proofs over symbolic words, in an environment of their own: build/prove.json; ARGS=--update, --resume, --jobs=2, --patience=3, --broken, --match=
	@.venv-halmos/bin/python tools/run_prove.py $(ARGS)

gas: setup ## Gas beside the peers, on anvil: build/gas.json, docs/gas.md; ARGS=--update, --check, --json
	@$(BIN)/python tests/gas/run.py $(ARGS)

rehearse: setup ## The token's whole life, typed from docs/runbooks/, on a double of a BSC node (docs/node.md): build/rehearse.json; ARGS=--flaky 0.5
	@$(BIN)/python tests/rehearsal/run.py $(ARGS)

lies: export KGST_LIES ?= all
lies: setup ## Every lie that a node can tell in one answer, one at a time, an hour: build/lies/; KGST_LIES='mint: eth_getTransactionReceipt' chooses
	@rm -rf build/lies
	@$(BIN)/python tools/run_alone.py $(APE) test tests/integration/test_lies.py -n $(WORKERS) --dist load -q --tb=line || true
	@$(BIN)/python tests/lies.py

bench-index: setup ## How long an index of 10^4, 10^5, 10^6 events takes, beside ape's query: build/bench-index.json; ARGS=--most=100000
	@$(BIN)/python tests/bench/index.py $(ARGS)

bench-report: setup ## How long the report of a period of 10^6 transfers takes: build/bench-report.json; ARGS=--transfers=100000
	@$(BIN)/python tests/bench/report.py $(ARGS)

statements: export KGST_STATEMENTS ?= 10000
statements: setup ## Statements written from ledgers, an hour: KGST_STATEMENTS=1000 says how many of each kind
	@$(BIN)/python tools/run_alone.py $(APE) test tests/unit/kgst/statements/test_ledger.py -n $(WORKERS) -q

bench-statements: setup ## One day of 1,000 to 300,000 entries in camt.053: time, memory: build/bench-statements.json; ARGS=--most=10000
	@$(BIN)/python tests/bench/statements.py $(ARGS)

schemas: setup ## docs/schemas/, from the models of documents and files
	@$(BIN)/python tools/schemas.py

policy: setup ## docs/policy.md, from the policy's model
	@$(BIN)/python tools/policy_page.py

abi: setup ## kgst/abi/ and abi/, the contracts' interfaces, addresses and EIP-712 types, for commands that need no build and for integrators
	@$(BIN)/python tools/abi.py

pdf: setup ## The page of a period's report as a PDF beside it (docs/report.md): REPORT=deployments/bsc-mainnet/reports/2026-03-01_2026-03-31/report.html
	@node tools/pdf.mjs "$(REPORT)"

packages: setup ## Integrators' packages, built and packed without a network: build/packages/ (docs/integrate.md)
	@$(BIN)/python tools/packages.py

clients: setup ## The table of clients in docs/integrate.md, with the locked versions
	@$(BIN)/python tools/clients.py

pictures: setup ## docs/pictures/demo.svg, from a run of the demonstration
	@$(BIN)/python tools/pictures.py

lint: setup ## Every linter, all blocking
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python tools/check_tests.py
	$(BIN)/python tools/check_docs.py
	$(BIN)/python tools/schemas.py --check
	$(BIN)/python tools/policy_page.py --check
	$(BIN)/python tools/abi.py --check
	$(BIN)/python tools/clients.py --check
	node_modules/.bin/solhint --noPoster --disc --max-warnings 0 'contracts/**/*.sol'
	node_modules/.bin/forge fmt --check contracts packages

format: setup ## Format Python and Solidity
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix-only .
	node_modules/.bin/forge fmt contracts packages

slither: .venv-slither/.ready setup ## Static analysis of contracts/, in an environment of its own
	@.venv-slither/bin/python tools/run_slither.py

devices: .venv-ledger/.ready setup ## Signing by ape's plugin for Ledger, over an emulated transport
	@$(BIN)/python tools/run_alone.py env PYTHONPATH=$(CURDIR)/.venv-ledger $(APE) test tests/devices -q

mutate: .venv-mutate/.ready .venv-slither/.ready setup ## Mutation testing, hours: build/mutate.json; goes on where it stopped; ARGS=--all, --match=, --doubt
	@$(BIN)/python tools/mutate_solidity.py $(ARGS)
	@.venv-mutate/bin/python tools/mutate_python.py
	@$(BIN)/python tools/mutate_rooms.py
	@$(BIN)/python tools/mutate_report.py --update

clean: ## Remove everything that the other targets made
	rm -rf .venv .venv-slither .venv-mutate .venv-halmos .venv-ledger node_modules build .build .pytest_cache .mypy_cache .import_linter_cache .ruff_cache .hypothesis

pythons: ## Fresh clones, an empty home, no compiler: make demo and make test on each Python here; ARGS=--only=3.13, --demo
	@python3 tools/try_pythons.py $(ARGS)

lock: ## Resolve requirements/*.in anew (needs uv)
	uv pip compile -q --generate-hashes --no-emit-index-url --no-header --universal --python-version 3.11 --override requirements/overrides.txt requirements/project.in -o requirements/project.txt
	uv pip compile -q --generate-hashes --no-emit-index-url --no-header --universal --python-version 3.11 requirements/slither.in -o requirements/slither.txt
	uv pip compile -q --generate-hashes --no-emit-index-url --no-header --universal --python-version 3.11 requirements/mutate.in -o requirements/mutate.txt
	uv pip compile -q --generate-hashes --no-emit-index-url --no-header --universal --python-version 3.11 requirements/halmos.in -o requirements/halmos.txt
	uv pip compile -q --no-deps --generate-hashes --no-emit-index-url --no-header --universal --python-version 3.11 requirements/ledger.in -o requirements/ledger.txt

# The stamp names what it was made from: a change of either lock file sets up anew.
.venv/.ready: requirements/project.txt pyproject.toml package-lock.json tools/install_tools.py tools/solc.cjs tools/setup.sh $(if $(PYTHON),FORCE)
	@tools/setup.sh

FORCE:

.venv-slither/.ready: requirements/slither.txt | .venv/.ready
	@$(BIN)/python -m venv .venv-slither
	@.venv-slither/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/slither.txt
	@touch $@

.venv-halmos/.ready: requirements/halmos.txt | .venv/.ready
	@$(BIN)/python -m venv .venv-halmos
	@.venv-halmos/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/halmos.txt
	@touch $@

.venv-mutate/.ready: requirements/mutate.txt | .venv/.ready
	@$(BIN)/python -m venv .venv-mutate
	@.venv-mutate/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/mutate.txt
	@touch $@

# Beside this project's own packages, not in their place: the plugin has to find ape.
.venv-ledger/.ready: requirements/ledger.txt | .venv/.ready
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps --upgrade --target .venv-ledger -r requirements/ledger.txt
	@touch $@
