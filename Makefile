# layerlab: one command to start, one to check everything. `make help` lists them.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/sh

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install -q --disable-pip-version-check
# The lesson that opens first.
FIRST := $(notdir $(firstword $(sort $(wildcard notebooks/[0-9]*.ipynb))))
# JupyterLab refuses to run as root unless told.
ROOT := $(if $(filter 0,$(shell id -u)),--allow-root)
# Extra words for what a target runs: make lab ARGS=--no-browser, make test ARGS="-k union"
ARGS :=

.PHONY: help
help:  ## List the targets
	@sed -n 's/^\([a-z-]*\):.*##/\1\t/p' $(MAKEFILE_LIST) | expand -t 18

$(BIN)/python:
	@tools/make_venv.sh $(VENV)

# A stamp that is older than pyproject.toml means that there may be something to install. The
# package itself is installed as a link to this folder, so that pulled code is used at once.
$(VENV)/lab.stamp: pyproject.toml | $(BIN)/python
	@echo "Installing JupyterLab and the course into $(VENV): about half a minute, this once"
	@$(PIP) -e '.[notebook,course]'
	@touch $@

$(VENV)/dev.stamp: pyproject.toml | $(BIN)/python
	@echo "Installing what the checks need into $(VENV): about a minute, this once"
	@$(PIP) -e '.[notebook,course,dev]'
	@touch $(VENV)/lab.stamp $@

.PHONY: lab
lab: $(VENV)/lab.stamp  ## Open the course in JupyterLab (ARGS=--no-browser for a server)
	@JUPYTER_CONFIG_PATH="$(CURDIR)/tools/jupyter:$$JUPYTER_CONFIG_PATH" \
	$(BIN)/jupyter lab $(ROOT) --log-level=WARN --ServerApp.root_dir="$(CURDIR)/notebooks" \
	    --LabApp.default_url=/lab/tree/$(FIRST) $(ARGS)

.PHONY: test
test: $(VENV)/dev.stamp  ## Run every check: style, types, imports, tests, notebooks, README
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest tests notebooks --nbval --nbval-cell-timeout=60 \
	    -n 2 --dist loadscope $(ARGS)

.PHONY: bench
bench: $(VENV)/dev.stamp  ## Measure speed against the peers, write docs/speed.md (ARGS=--quick: only print)
	$(BIN)/python -m benchmarks $(or $(ARGS),--json benchmarks/results.json)
	$(if $(ARGS),,$(BIN)/python -m benchmarks --json benchmarks/growth.json growth)
	$(if $(ARGS),,$(BIN)/python -m benchmarks.page)

.PHONY: notebooks
notebooks: $(VENV)/dev.stamp  ## Run all notebooks from clean kernels and write them back
	$(BIN)/python tools/run_notebooks.py $(ARGS)
	$(BIN)/python tools/draw_readme.py
	$(BIN)/python tools/write_coverage.py

.PHONY: format
format: $(VENV)/dev.stamp  ## Format and tidy code and notebooks
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: reference-tools
reference-tools:  ## Install the real tools that tests/reference/ compares with (Debian, Ubuntu)
	tools/reference_tools.sh

.PHONY: clean
clean:  ## Remove what these targets made
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
