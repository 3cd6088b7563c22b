# `make` lists the targets. PYTHON names the interpreter, for example `make setup PYTHON=python3.12`.

PYTHON ?= $(SPADE_PYTHON)
VENV := .venv
BIN := $(VENV)/bin
LOCK := requirements.lock.txt
STAMP := $(VENV)/installed.stamp

# tensorflow-addons needs an older TensorFlow, and that one Python 3.11.
TFA_VENV := .venv-tfa
TFA_LOCK := tests/tfa/requirements.txt
TFA_STAMP := $(TFA_VENV)/installed.stamp

# TensorFlow's C++ log tells of missing GPUs; errors reach us as Python exceptions.
export TF_CPP_MIN_LOG_LEVEL ?= 3

.DEFAULT_GOAL := help
# npm and node come with the environment.
export PATH := $(CURDIR)/$(BIN):$(PATH)
PAINTER := serving/painter
PAINTER_STAMP := $(PAINTER)/node_modules/.package-lock.json

.PHONY: help setup demo paint painter test test-fast test-tfa parity lint format lock clean

help: ## list these targets
	@sed -nE 's/^([a-z%-]+):[^#]*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

setup: $(STAMP) ## make .venv with everything that training, tests and checks need

$(STAMP): $(LOCK) tools/make_venv.sh
	SPADE_PYTHON="$(PYTHON)" tools/make_venv.sh $(VENV) $(LOCK)
	@touch $@

extra-%: $(STAMP) ## add an extra of pyproject.toml: extra-gpu, extra-import, extra-beam, extra-evaluation
	$(BIN)/uv pip install --python $(BIN)/python --requirement pyproject.toml --extra $*

demo: $(STAMP) ## train on procedural landscapes and write a sample sheet to runs/demo
	$(BIN)/python -m tools.demo

paint: painter ## open the painter at http://127.0.0.1:8080
	cd $(PAINTER) && npx vite preview --host=127.0.0.1 --port=8080 --strictPort --open

painter: $(PAINTER_STAMP) ## build the painter into serving/painter/dist, for any web server
	cd $(PAINTER) && npm run build

$(PAINTER_STAMP): $(STAMP) $(PAINTER)/package.json $(PAINTER)/package-lock.json
	cd $(PAINTER) && npm ci --no-audit --no-fund
	@touch $@

# A file's tests share what they build, so they stay in one process.
PYTEST := $(BIN)/python -m pytest --numprocesses=auto --maxprocesses=4 --dist=loadfile --no-loadscope-reorder --durations=40

test: $(STAMP) ## run all tests, some files at a time
	$(PYTEST)

test-fast: $(STAMP) ## run the tests that take less than five seconds each
	$(PYTEST) -m "not slow"

test-tfa: $(STAMP) $(TFA_STAMP) ## compare with tensorflow-addons on TensorFlow 2.15 (needs Python 3.11)
	$(BIN)/python -m pytest tests/tfa

$(TFA_STAMP): $(TFA_LOCK) tools/make_venv.sh
	SPADE_PYTHON="$(PYTHON) python3.11 python3 python" tools/make_venv.sh $(TFA_VENV) $(TFA_LOCK) 3.11
	@touch $@

parity: $(STAMP) ## compare with the official code's numbers and write docs/parity.md
	SPADE_PARITY_PAGE=docs/parity.md $(BIN)/python -m pytest tests/parity

lint: $(STAMP) ## check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(STAMP) ## format the code and mend what ruff can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: $(STAMP) ## renew requirements.lock.txt from pyproject.toml (UPGRADE=1: to the newest versions)
	$(BIN)/uv pip compile pyproject.toml --extra dev --extra serving \
	    --universal --python-version 3.10 --only-binary=:all: $(if $(UPGRADE),--upgrade) \
	    --no-annotate --no-emit-index-url --no-emit-find-links \
	    --custom-compile-command "make lock" --quiet --output-file $(LOCK)

clean: ## remove .venv, .venv-tfa, what is built and what tools keep for themselves; runs/ stays
	rm -rf $(VENV) $(TFA_VENV) $(PAINTER)/node_modules $(PAINTER)/dist build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -not -path './bazel-*' -prune -exec rm -rf {} +
