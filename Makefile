# Garde's house rules as commands. `make` alone lists them.
# Everything lands in .venv and node_modules of this folder: no sudo, no service, nothing outside it.

# The pins are compiled for 3.11; a newer Python usually finds wheels among the same hashes.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

# Stamps sit inside what they vouch for, so that removing .venv or node_modules also removes the claim.
VENV := .venv/.made
PACKAGES := .venv/.installed
PEERS := .venv/.peers
PAGES := .venv/.vendored

.DEFAULT_GOAL := help
.PHONY: help setup run demo test check fix golden bench docs pins

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(PACKAGES) $(PAGES) ## install Garde and its tools into .venv

run: setup ## open Garde on 127.0.0.1:8420, on the demonstration hospital when nothing is configured
	$(BIN)/garde run

demo: setup ## open the demonstration hospital, whatever is configured on this machine
	@home=$$(mktemp -d) && trap 'rm -rf "$$home"' EXIT INT TERM && XDG_DATA_HOME="$$home" XDG_CONFIG_HOME="$$home" $(BIN)/garde run

test: setup ## run all tests on all cores
	$(BIN)/python -m pytest -n auto

check: setup ## run all rules: style, types, imports, tree, addresses, docs
	$(BIN)/python -m tools.check

fix: setup ## let ruff mend and format what it can
	$(BIN)/ruff format --quiet .
	$(BIN)/ruff check --fix --quiet --output-format=concise --exit-zero .
	$(BIN)/ruff format --quiet .

golden: setup ## write the captures with their facts and the charts again; read the diff before committing
	$(BIN)/python -m tests.golden

bench: setup $(PEERS) ## measure the published figures against their peers, in this run
	@set -e; for script in bench/*.py; do [ -e "$$script" ] || continue; echo "== $$script"; $(BIN)/python "$$script"; done

docs: setup ## write docs/reference from the registries
	$(BIN)/python -m tools.docs

pins: setup ## compile requirements/*.in into hashed pins (needs uv on the PATH)
	$(BIN)/python -m tools.pins

$(VENV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Garde needs Python 3.11 or newer; found $$($(PYTHON) --version). Name one: make setup PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv .venv
	@touch $@

# --no-build-isolation: the build backend is one of the hashed pins, not a fresh download.
$(PACKAGES): $(VENV) requirements/run.txt requirements/test.txt pyproject.toml
	$(PIP) install --quiet --require-hashes -r requirements/run.txt -r requirements/test.txt
	$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(PEERS): $(PACKAGES) requirements/bench.txt
	$(PIP) install --quiet --require-hashes -r requirements/bench.txt
	@touch $@

$(PAGES): $(VENV) package.json package-lock.json tools/vendor.py src/garde/web/static/vendor.toml
	@if command -v npm >/dev/null 2>&1; then \
		npm ci --silent && $(BIN)/python -m tools.vendor; \
	else \
		echo "npm is not installed: pages are served without htmx, web fonts and icons. They work all the same."; \
	fi
	@touch $@
