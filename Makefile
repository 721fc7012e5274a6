# Two commands for everyone: `make lab` opens the course, `make test` checks it. The rest is for maintainers.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
NOTEBOOKS ?= en
# One thread for each process: the course splits its work over the cores itself.
QUIET := OPENBLAS_NUM_THREADS=1 MPLCONFIGDIR="$(CURDIR)/$(VENV)/matplotlib"
ROOT := $(shell test "$$(id -u)" = 0 && echo --allow-root)

.PHONY: help lab test lint unit check nbval browser notebooks claims bench clean

help:
	@echo "make lab         open the course in JupyterLab (NOTEBOOKS=zh-TW for Traditional Chinese)"
	@echo "make test        run all checks"
	@echo "make notebooks   build and execute the notebooks from lessons/"
	@echo "make claims      measure every claim of the course and print the table"
	@echo "make bench       measure the speed (pip install -r tests/benchmarks/requirements.txt to compare)"

lab: $(VENV)/lab
	$(BIN)/jupyter lab $(ROOT) --ServerApp.root_dir="$(CURDIR)" \
		--LabApp.default_url=/lab/tree/notebooks/$(NOTEBOOKS)/day1_learning_rate.ipynb

test: lint unit check nbval browser

lint: $(VENV)/dev
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --quiet --check .

unit: $(VENV)/dev
	$(QUIET) $(BIN)/python -m pytest -q -m "not browser"

check: $(VENV)/dev
	$(BIN)/python lessons/build.py --check

nbval: $(VENV)/dev
	$(QUIET) TQDM_DISABLE=1 PYTHONWARNINGS=error::UserWarning,error::RuntimeWarning $(BIN)/python -m pytest -q \
		--nbval --nbval-current-env --nbval-cell-timeout=300 -n 2 --dist loadfile notebooks

browser: $(VENV)/dev
	$(QUIET) $(BIN)/python -m pytest -q -m browser tests/browser

notebooks: $(VENV)/dev
	$(BIN)/python lessons/build.py

claims: $(VENV)/dev
	$(QUIET) TQDM_DISABLE=1 $(BIN)/python -m pytest -q --claims-table tests/claims

bench: $(VENV)/dev
	@status=0; for part in lessons training live; do \
		$(BIN)/python tests/benchmarks/bench_$$part.py || status=1; \
	done; exit $$status

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache .hypothesis build *.egg-info

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "hpcourse needs Python 3.11 or later; name one with: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/lab: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable ".[lab]"
	@touch $@

$(VENV)/dev: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable ".[dev]"
	@touch $@
