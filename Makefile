# `make demo` shows a working company, `make test` checks everything, `make check` most of it while one works.
PYTHON ?= python3
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: demo demo-reset check drill drill-rules test lint lint-format lint-rules lint-types lint-layers lint-migrations lint-templates lint-texts fix messages clauses data-model formats

demo: .venv/runtime
	@$(BIN)/python manage.py demo $(if $(PORT),--port $(PORT)) $(DEMO)

demo-reset: .venv/runtime
	@$(BIN)/python manage.py demo --reset $(if $(PORT),--port $(PORT)) $(DEMO)

# Without browser, processes, whole stories, and the tables of every page and person.
WORKING := not browser and not processes and not matrix and not story and not drill and not realdata

check: .venv/development
	@mkdir -p var/tests
	@$(MAKE) --no-print-directory --keep-going lint-format lint-rules lint-types lint-layers > var/tests/check.txt 2>&1 & lint=$$!; \
	$(BIN)/python -m pytest -q -n auto -m "$(WORKING)" $(PYTEST); tests=$$?; \
	wait $$lint && exit $$tests || { cat var/tests/check.txt; exit 1; }

drill: .venv/development
	@$(BIN)/python -m pytest -q -m drill $(PYTEST)

drill-rules: .venv/development
	@$(BIN)/python -m tests.mutations

test: .venv/development
	@rm -rf var/tests && mkdir -p var/tests
	@$(MAKE) --no-print-directory --keep-going lint > var/tests/lint.txt 2>&1 & lint=$$!; \
	$(BIN)/python -m pytest -q -n auto --dist loadgroup -m "not drill" $(PYTEST) || touch var/tests/$${MUSTER_TEST_RUN:-tests}.unwell; \
	wait $$lint || touch var/tests/lint.unwell; cat var/tests/lint.txt
	@$(BIN)/python -m tests.closing_line

lint: lint-format lint-rules lint-types lint-layers lint-migrations lint-templates lint-texts

lint-format: .venv/development
	@$(BIN)/ruff format --quiet --check .

lint-rules: .venv/development
	@$(BIN)/ruff check --quiet .

lint-types: .venv/development
	@$(BIN)/mypy --no-error-summary .

lint-layers: .venv/development
	@$(BIN)/lint-imports --no-logo

lint-migrations: .venv/development
	@$(BIN)/python manage.py makemigrations --check --dry-run

lint-templates: .venv/development
	@git ls-files 'templates/*.html' | xargs $(BIN)/djade --check --target-version 5.2

lint-texts: .venv/development
	@$(BIN)/python manage.py messages --check

fix: .venv/development
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .
	@git ls-files 'templates/*.html' | xargs $(BIN)/djade --target-version 5.2

formats: .venv/development
	@$(BIN)/python -m tests.formats

clauses: .venv/development
	@$(BIN)/python -m tests.clauses

data-model: .venv/development
	@$(BIN)/python -m tests.data_model

messages: .venv/development
	@$(BIN)/python manage.py messages

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Muster needs Python 3.11 or newer (make PYTHON=python3.12 …)"; exit 1; }
	@$(PYTHON) -m venv .venv

.venv/runtime: requirements.txt | .venv/bin/python
	@echo "Installing …"
	@$(BIN)/python -m pip install --quiet --only-binary :all: --require-hashes -r requirements.txt
	@touch $@

.venv/development: requirements-dev.txt | .venv/bin/python
	@echo "Installing …"
	@$(BIN)/python -m pip install --quiet --only-binary :all: --require-hashes -r requirements-dev.txt
	@touch $@
