# make demo   evaluates a tiny model built on the spot, with the real lm_eval command
# make test   runs the whole suite, on the pinned lm-eval and on the newest one it supports
# make train  RECIPE=opencalm7b [ARGS=--max_steps=3000] [LAUNCH='--num_processes 3']: starts a recipe with telemetry and the Hub switched off
# make lint   ruff and mypy; make bench   the benchmarks; make clean   removes all that make made

PYTHON ?= python3
VENV := .venv
NEXT := .venv-next
BIN := $(VENV)/bin
NEXT_LM_EVAL := 0.4.13
WORKERS ?= 2
export HF_HUB_OFFLINE ?= 1
export DO_NOT_TRACK ?= 1
export PIP_DISABLE_PIP_VERSION_CHECK ?= 1

.PHONY: demo test train lint bench clean

demo: $(VENV)/light
	PATH="$(CURDIR)/$(BIN):$$PATH" sh demo.sh

test: $(VENV)/dev $(NEXT)/ready
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup
	$(NEXT)/bin/python -m pytest -n $(WORKERS) -m lm_eval

train: $(VENV)/dev
	$(BIN)/accelerate launch $(LAUNCH) -m axolotl.cli.train recipes/$(or $(RECIPE),$(error say which: \
		make train RECIPE=opencalm7b)).yml $(ARGS)

lint: $(VENV)/dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

bench: $(VENV)/dev
	$(BIN)/python -m benchmarks.scoring
	$(BIN)/python -m benchmarks.throughput
	$(BIN)/python -m benchmarks.statistics
	$(BIN)/python -m benchmarks.overlap

clean:
	rm -rf $(VENV) $(NEXT) build demo dist *.egg-info

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/light: setup.cfg requirements.lock | $(VENV)/bin/python
	rm -rf *.egg-info # one of an earlier version would hide the entry points
	$(BIN)/python -m pip install --quiet --constraint requirements.lock --editable '.[report]'
	touch $@

$(VENV)/dev: setup.cfg requirements.lock | $(VENV)/bin/python
	rm -rf *.egg-info
	$(BIN)/python -m pip install --quiet --constraint requirements.lock \
		--editable '.[train,api,report,generate,dev]'
	touch $@ $(VENV)/light

# The same environment with another lm-eval in front of it.
$(NEXT)/ready: $(VENV)/dev Makefile
	rm -rf $(NEXT)
	$(PYTHON) -m venv --without-pip $(NEXT)
	$(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))' \
		> $$($(NEXT)/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/base.pth
	$(BIN)/python -m pip --python $(NEXT)/bin/python install --quiet --no-deps \
		lm_eval==$(NEXT_LM_EVAL)
	touch $@
