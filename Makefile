# Two commands for everyone: `make lab` opens the course, `make test` checks it. The rest is for maintainers.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
NOTEBOOKS ?= en
# One thread for each process: the course splits its work over the cores itself.
QUIET := OPENBLAS_NUM_THREADS=1 MPLCONFIGDIR="$(abspath $(VENV))/matplotlib"
ROOT := $(shell test "$$(id -u)" = 0 && echo --allow-root)

.PHONY: help lab test slow lint unit check bound mutate measure nbval browser bad-days additions browser-oldest site book site-test \
	lite platforms binder colab lowest \
	links notebooks claims bench torch clean

help:
	@echo "make lab         open the course in JupyterLab (NOTEBOOKS=zh-TW for Traditional Chinese)"
	@echo "make test        run the checks"
	@echo "make slow        run those that make test leaves out, since they take longer"
	@echo "make notebooks   build and execute the notebooks from lessons/"
	@echo "make site        build the course as a site to read, in build/site"
	@echo "make book        build the course as an EPUB of each language, in build"
	@echo "make lite        build the course as a site that runs in the browser alone, in build/lite"
	@echo "make platforms   run the notebooks as Colab does, with the lowest versions allowed, and Binder's own steps"
	@echo "make torch       run the notebook to take home, in an environment with PyTorch (several GB)"
	@echo "make links       write the address of your fork into every badge, link and setup cell"
	@echo "make claims      measure every claim of the course and print the table"
	@echo "make mutate      change 100 constants of the lessons: is each sentence that becomes false refused?"
	@echo "make measure     measure again what takes too long for a lesson (EXPERIMENTS=day4_memory for one)"
	@echo "make bench       measure the speed (pip install -r tests/benchmarks/requirements.txt to compare)"

lab: $(VENV)/lab
	JUPYTER_CONFIG_PATH="$(CURDIR)/hpcourse/data/jupyter" $(BIN)/jupyter lab $(ROOT) --ServerApp.root_dir="$(CURDIR)" \
		--LabApp.default_url=/lab/tree/notebooks/$(NOTEBOOKS)/day1_learning_rate.ipynb

test: QUICK := and not slow
test: lint unit check bound nbval browser

# What takes longer: a hostile class, a Dask cluster, each lesson in the browser.
slow: $(VENV)/dev
	$(QUIET) $(BIN)/python -m pytest -q -n 2 --dist loadfile -m "slow and not lite and not platform" \
		-k "not all_pairs" --ignore tests/bad_days --ignore tests/tools/test_additions.py

lint: $(VENV)/dev
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --quiet --check .

unit: $(VENV)/dev
	$(QUIET) $(BIN)/python -m pytest -q -n 2 --dist loadfile -m "not browser and not lite and not platform and not slow"

check: $(VENV)/dev
	$(BIN)/python -m tools.build --check

bound: $(VENV)/dev
	$(QUIET) $(BIN)/python -m tools.bound

nbval: $(VENV)/dev
	$(QUIET) TQDM_DISABLE=1 PYTHONWARNINGS=error::UserWarning,error::RuntimeWarning HPCOURSE_KEEP_PROGRESS=no HPCOURSE_KEEP_LOG=no HPCOURSE_SEALED="$(CURDIR)/notebooks/sealed" $(BIN)/python -m pytest -q \
		-p tools.kernels --nbval --nbval-current-env --nbval-cell-timeout=300 -n 2 --dist loadfile notebooks/*/day*.ipynb notebooks/solutions/*/day*.ipynb

browser: $(VENV)/dev
	$(QUIET) $(BIN)/python -m pytest -q -n 2 --dist loadfile -m "browser and not lite $(QUICK)" tests/browser

bad-days: $(VENV)/dev
	$(QUIET) $(BIN)/python -m pytest -q tests/bad_days

additions: $(VENV)/dev
	$(QUIET) $(BIN)/python -m pytest -q -n 2 tests/tools/test_additions.py

browser-oldest: $(VENV)/dev $(VENV)-oldest/ready
	JUPYTER_PYTHON="$(abspath $(VENV)-oldest/bin/python)" $(QUIET) $(BIN)/python -m pytest -q \
		-m "browser and not lite" tests/browser -k "live_figure or predicting or (lesson and day1)"

site: $(VENV)/site
	$(BIN)/python -m tools.site.build

book: $(VENV)/site
	$(BIN)/python -m tools.site.book

site-test: $(VENV)/dev
	$(QUIET) $(BIN)/python -m pytest -q -n 2 -m browser tests/tools/site

lite: $(VENV)/dev $(VENV)-lite/ready
	@mkdir -p build
	$(VENV)-lite/bin/python -m tools.lite.build >build/lite.log 2>&1 || { cat build/lite.log; exit 1; }
	$(QUIET) $(BIN)/python -m pytest -q -m lite tests/tools/test_lite.py tests/browser/test_lite_site.py

# Other environments than this one. PYTHON=python3.12 and VENV=.venv312 do the same with another Python.
platforms: bad-days additions site-test lite binder colab lowest browser-oldest

binder: $(VENV)/dev
	$(QUIET) $(BIN)/python -m pytest -q -m platform tests/platforms/test_binder.py

colab: $(VENV)/dev $(VENV)-colab/ready
	$(QUIET) $(BIN)/python -m pytest -q -n 2 -k "not zh-TW or day2" tests/platforms/test_notebooks.py --platform $(VENV)-colab

lowest: $(VENV)/dev $(VENV)-lowest/ready
	$(QUIET) PYTHONPATH="$(CURDIR)" $(VENV)-lowest/bin/python -m pytest -q -m "not browser and not lite and not slow" \
		tests/test_package.py tests/core tests/frame/test_record.py tests/page tests/checks
	$(QUIET) $(BIN)/python -m pytest -q -n 2 -k en/ tests/platforms/test_notebooks.py --platform $(VENV)-lowest

# The notebook to take home, in an environment with PyTorch, which is no dependency of the course.
torch: $(VENV)-torch/ready
	$(QUIET) TQDM_DISABLE=1 $(VENV)-torch/bin/python -m pytest -q -p tools.kernels --nbval --nbval-current-env --nbval-cell-timeout=300 \
		$(wildcard notebooks/*/take_home_pytorch.ipynb)
	$(QUIET) $(VENV)-torch/bin/python -m tools.bound take_home_pytorch
	$(QUIET) $(VENV)-torch/bin/python -m pytest -q tests/core tests/checks/test_optimizer_class.py -k "torch or keras or class"

links: $(VENV)/dev
	$(BIN)/python -m tools.links $(if $(REPO),--repo $(REPO)) $(if $(BRANCH),--branch $(BRANCH))

notebooks: $(VENV)/dev
	$(BIN)/python -m tools.build

mutate: $(VENV)/dev
	$(QUIET) $(BIN)/python -m tools.mutate $(LESSONS)

measure: $(VENV)/dev
	$(QUIET) TQDM_DISABLE=1 $(BIN)/python -m tools.measure $(EXPERIMENTS)

claims: $(VENV)/dev
	$(QUIET) TQDM_DISABLE=1 $(BIN)/python -m pytest -q --claims-table tests/claims
	$(QUIET) $(BIN)/python -m pytest -q -n 2 -m slow -k all_pairs tests/checks

bench: $(VENV)/dev
	@status=0; for part in lessons training speed live checks instructor; do \
		$(BIN)/python tests/benchmarks/bench_$$part.py || status=1; \
	done; exit $$status

clean:
	rm -rf $(VENV) $(VENV)-* .pytest_cache .ruff_cache .hypothesis build *.egg-info

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "hpcourse needs Python 3.11 or later; name one with: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/lab: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable ".[lab]"
	@touch $@

# Both without hpcourse, which the notebooks install themselves.
$(VENV)-colab/ready: tests/platforms/colab.txt | $(VENV)/bin/python
	$(BIN)/python -m venv --clear $(VENV)-colab
	$(VENV)-colab/bin/python -m pip install --quiet --requirement $<
	@touch $@

$(VENV)-lowest/ready: pyproject.toml tests/platforms/lowest.py | $(VENV)/bin/python
	$(BIN)/python -m venv --clear $(VENV)-lowest
	$(BIN)/python tests/platforms/lowest.py >$(VENV)-lowest/constraints.txt
	$(VENV)-lowest/bin/python -m pip install --quiet --constraint $(VENV)-lowest/constraints.txt \
		--editable ".[dev]"
	$(VENV)-lowest/bin/python -m pip uninstall --quiet --yes hpcourse
	@touch $@

$(VENV)-oldest/ready: pyproject.toml tests/browser/oldest.txt | $(VENV)/bin/python
	$(BIN)/python -m venv --clear $(VENV)-oldest
	$(VENV)-oldest/bin/python -m pip install --quiet --editable . --requirement tests/browser/oldest.txt
	@touch $@

$(VENV)-torch/ready: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m venv --clear $(VENV)-torch
	$(VENV)-torch/bin/python -m pip install --quiet torch keras --editable ".[dev]"
	@touch $@

# Apart, because its kernel for browsers would disturb JupyterLab.
$(VENV)-lite/ready: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m venv --clear $(VENV)-lite
	$(VENV)-lite/bin/python -m pip install --quiet --editable ".[lite]"
	@touch $@

$(VENV)/site: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable ".[site]"
	@touch $@

$(VENV)/dev: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable ".[dev]"
	@touch $@
