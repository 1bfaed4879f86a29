# The fleet's front door. `make` alone lists what there is.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
UV := $(BIN)/uv
FLEET := $(BIN)/fleet
export UV_PYTHON_DOWNLOADS := never
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# Every workspace member: a folder with a pyproject.toml and a src/.
MEMBERS := $(patsubst %/pyproject.toml,%,$(wildcard shared-libs/*/pyproject.toml api-gateway/pyproject.toml tools/pyproject.toml app1-business/*/pyproject.toml app2-school-erp/*/pyproject.toml))
MEMBER_NAMES = $(shell sed -n 's/^name = "\(.*\)"/\1/p' $(addsuffix /pyproject.toml,$(MEMBERS)))

.PHONY: help
help: ## list the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# --- installing ---------------------------------------------------------------

.PHONY: install
install: .venv/installed ## install everything the project needs into .venv

$(UV):
	@test -x $(BIN)/python || { echo "making .venv"; $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is " + sys.version.split()[0] + ": set PYTHON=…")' && $(PYTHON) -m venv .venv; }
	@$(BIN)/pip install -q uv==0.13.9

.venv/installed: $(UV) requirements.lock pyproject.toml $(addsuffix /pyproject.toml,$(MEMBERS))
	@echo "installing the locked packages"
	@$(UV) pip sync -q --compile-bytecode --python $(BIN)/python --require-hashes requirements.lock
	@$(UV) pip install -q --python $(BIN)/python --no-deps $(addprefix -e ./,$(MEMBERS))
	@touch $@

# npm's own note of what it has installed.
PACKAGES := node_modules/.package-lock.json

$(PACKAGES): .npmrc package-lock.json package.json $(wildcard shared-libs/web/package.json app*/frontend/package.json) | .venv/installed
	@echo "installing the locked npm packages"
	@$(FLEET) npm ci --silent --no-progress
	@touch $@

.PHONY: lock
lock: $(UV) ## resolve requirements.lock anew (after a change in a pyproject.toml)
	@$(UV) pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
	  --custom-compile-command "make lock" $(addprefix --no-emit-package ,$(MEMBER_NAMES)) --group dev pyproject.toml -o requirements.lock

# --- the fleet ----------------------------------------------------------------

.PHONY: up dev web down reset status logs doctor mail psql
up: install $(PACKAGES) ## start everything, with demo data, in the background
	@$(FLEET) up

dev: install $(PACKAGES) ## the same in the foreground, reloading on change
	@$(FLEET) dev

web: install $(PACKAGES) ## the same with frontends from their sources, pages follow a change
	@$(FLEET) web

down: install ## stop what `make up` started
	@$(FLEET) down

reset: install ## forget the development data, after asking
	@$(FLEET) reset

status: install ## what runs, where, since when
	@$(FLEET) status || true # its exit code is for scripts

logs: install ## follow a service's log: make logs s=app1-hrms-service
	@$(FLEET) logs -f $(s)

doctor: install ## what is wrong with the fleet, and what to do
	@$(FLEET) doctor || true

mail: install ## the mails the fleet has sent in development
	@$(FLEET) mail

psql: install ## a psql shell: make psql db=app1_hrms
	@$(FLEET) psql $(db)

# --- checking -----------------------------------------------------------------

.PHONY: check test test-web ci
check: install ## formatting, lint, types, import rules, manifests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/hadolint infrastructure/docker/*.Dockerfile
	$(BIN)/pytest -q -rs tools/tests/test_compose.py tools/tests/test_kubernetes.py # kubectl and Compose, where they are

	@$(MAKE) --no-print-directory check-web

.PHONY: check-web api-types
check-web: install $(PACKAGES) ## the frontends' part of it: formatting, lint, types, the API's types as the services have it
	@$(FLEET) npm run --silent check
	@$(MAKE) --no-print-directory api-types STALE=--check

api-types: install $(PACKAGES) ## generate the frontends' types from the services' code
	@set -o pipefail; for a in business school; do \
	  $(BIN)/python tools/openapi.py $$a | $(FLEET) npm exec --silent -- openapi-typescript $(STALE) -o shared-libs/web/src/api/$$a.d.ts || exit 1; \
	done

test: install $(PACKAGES) ## every test; one part with t=app1-business/hrms-service
	$(BIN)/pytest $(or $(t),-n auto --maxprocesses=4 --no-loadscope-reorder)
	$(if $(t),,@$(MAKE) --no-print-directory test-web)

test-web: install $(PACKAGES) ## the frontends' unit tests; a part of them with t=chat
	@$(FLEET) npm test --silent -- $(t)

ci: check test ## what .ci/run runs

.PHONY: bench bench-data
bench: install $(PACKAGES) ## benchmarks beside the peers; one with b=hrms
	@$(BIN)/python -m bench $(b)

bench-data: install $(PACKAGES) ## make and keep the tenants that benchmarks need, once
	@$(BIN)/python -m bench.tenants
