# Every target sets up what it needs. Only git, make and Python 3.11 or newer have to be there.
.PHONY: chat test test-whole check bench proof setup picture smoke-telegram messages format clean
.DEFAULT_GOAL := help
.PHONY: help

PYTHON := $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input install --quiet --only-binary :all: -c constraints.txt
# On every core; what is compiled is kept, else each of the many processes would do it anew.
TESTS := env -u PYTHONDONTWRITEBYTECODE $(BIN)/pytest -n auto --dist worksteal

help:
	@echo "make chat    talk to the assistant in this terminal"
	@echo "make test    prove everything that needs no whole installation"
	@echo "make test-whole  the same for whole installations: wheels, pages walked through, services side by side"
	@echo "make check   style, types, walls between the rooms, languages"
	@echo "make bench   measure understanding, matching and speed"

chat: $(VENV)/ready-run
	@$(BIN)/nahbei chat

test: $(VENV)/ready-dev
	@$(TESTS) -m "not whole"

test-whole: $(VENV)/ready-dev
	@$(TESTS) -m whole

check: $(VENV)/ready-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/pytest tests/test_architecture.py tests/test_locales.py

bench: $(VENV)/ready-dev
	@$(BIN)/python -m benchmarks.understanding
	@$(BIN)/python -m benchmarks.speed

proof: export COLUMNS ?= 170
proof: bench  ## some hours
	@if command -v npm >/dev/null; then npm install --prefix tests/matrix/peer_js --no-audit --no-fund --no-package-lock --silent; fi
	@$(TESTS) --hypothesis-profile=long
	@$(BIN)/python -m benchmarks.crashes
	@$(BIN)/python -m benchmarks.crashes --database postgresql --kills 50
	@$(BIN)/python -m benchmarks.faults
	@$(BIN)/python -m benchmarks.outages
	@$(BIN)/python -m benchmarks.load
	@$(BIN)/python -m benchmarks.fairness
	@$(BIN)/python -m benchmarks.endurance
	@$(BIN)/python -m benchmarks.fuzz
	@$(BIN)/python -m benchmarks.throughput
	@$(BIN)/python -m benchmarks.telegram
	@$(BIN)/python -m benchmarks.matrix
	@$(BIN)/python -m benchmarks.demand_attack
	@$(BIN)/python -m benchmarks.memory
	@$(BIN)/python -m benchmarks.catalog
	@$(BIN)/python -m benchmarks.saves

setup: $(VENV)/ready-dev

picture: $(VENV)/ready-dev  ## draw the conversation in the README anew
	@$(BIN)/python -m scripts.picture

smoke-telegram: $(VENV)/ready-run  ## ask the real Telegram: NAHBEI_TELEGRAM_TOKEN=… make smoke-telegram [CHAT=…]
	@$(BIN)/python -m scripts.smoke_telegram $(CHAT)

messages: $(VENV)/ready-dev  ## carry new sentences of the code into every language
	@$(BIN)/python -m scripts.messages

format: $(VENV)/ready-dev
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Nahbei needs Python 3.11 or newer: https://www.python.org/downloads/"; exit 1; }
	@echo "1/2 Making a Python environment in $(VENV) ..."
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "Your Python has no venv. On Debian and Ubuntu: sudo apt install python3-venv"; exit 1; }

$(VENV)/ready-run: $(VENV)/bin/python pyproject.toml constraints.txt
	@echo "2/2 Installing what Nahbei needs (about half a minute) ..."
	@$(PIP) hatchling editables && $(PIP) --no-build-isolation -e .
	@touch $@

$(VENV)/ready-dev: $(VENV)/ready-run
	@echo "Installing what the tests need ..."
	@$(PIP) --no-build-isolation -e '.[dev]'
	@touch $@

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
