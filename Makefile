# `make` alone lists the targets. `make run` and `make test` make the environment first when it is missing.

PYTHON ?= python3
VENV ?= .venv
CONSTRAINTS ?= constraints.txt
# INSTALL=no takes the environment at VENV as it is; .ci/run does that.
INSTALL ?= yes
ARGS ?=
# Processes that share the tests; 0 runs them in one.
JOBS ?= 2

PY = $(VENV)/bin/python
PINS = $(if $(CONSTRAINTS),--constraint $(CONSTRAINTS))
PIP = "$(PY)" -m pip --disable-pip-version-check install --quiet

# What the environment was made from: Python, this folder, the two files. A change of any of them makes it anew.
KEY := $(shell $(PYTHON) -c 'import hashlib, os, sys; \
	parts = [sys.version, os.getcwd(), *(open(name).read() for name in sys.argv[1:])]; \
	print(hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16])' pyproject.toml $(CONSTRAINTS) 2>/dev/null)
STAMP = $(VENV)/nasc-$(or $(KEY),unknown)
READY = $(if $(filter no,$(INSTALL)),,$(STAMP))

define NOT_INSTALLED
make: pip could not install the dependencies; its reason stands above.
  - without a network, pip needs a local index or a folder of wheels (PIP_INDEX_URL, PIP_FIND_LINKS)
  - when the index has no wheel of a pinned version for this machine (torch, torchvision), take what
    pyproject.toml allows instead of the tested versions:  make install CONSTRAINTS=
  - PyTorch with CUDA needs 6 GB of disk
endef
export NOT_INSTALLED

.DEFAULT_GOAL := help
.PHONY: help run test test-all check format bench install dependencies

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

run: $(READY) ## quickstart: search on the embedded digits, train, evaluate and draw the result, in runs/quickstart
	@"$(PY)" -m nasc quickstart --out runs/quickstart
	@echo "make run: searched, trained, evaluated and drew a genotype; everything is in runs/quickstart"

test: $(READY) ## the tests, without those marked slow; ARGS="tests/dsl -x" chooses
	@"$(PY)" -m pytest -q -n $(JOBS) --dist loadfile --junit-xml=runs/tests.xml $(ARGS) && said=passed || said=FAILED; \
	echo "make test: the tests $$said (slow ones are left to make test-all); the list of them is in runs/tests.xml"; \
	test $$said = passed

test-all: $(READY) ## all tests, also those that take minutes
	@"$(PY)" -m pytest -q -m "slow or not slow" -n $(JOBS) --dist loadfile --junit-xml=runs/tests.xml $(ARGS) && said=passed || said=FAILED; \
	echo "make test-all: the tests $$said; the list of them is in runs/tests.xml"; \
	test $$said = passed

check: $(READY) ## ruff (rules and layout), mypy, import-linter
	@failed=; \
	"$(PY)" -m ruff check || failed="$$failed ruff-check"; \
	"$(PY)" -m ruff format --check || failed="$$failed ruff-format"; \
	"$(PY)" -m mypy || failed="$$failed mypy"; \
	"$(VENV)/bin/lint-imports" || failed="$$failed import-linter"; \
	if [ -n "$$failed" ]; then echo "make check: FAILED:$$failed" >&2; exit 1; fi; \
	echo "make check: rules, layout, types and import directions are in order"

format: $(READY) ## let ruff lay out the code and repair what it can
	@"$(PY)" -m ruff check --fix --exit-zero --quiet
	@"$(PY)" -m ruff format

bench: $(READY) ## measure the search step against the plain baseline
	@"$(PY)" -m benchmarks search $(ARGS)

install: $(READY) ## make or renew the environment in .venv (two minutes, 6 GB; then instant)

$(STAMP):
	@$(MAKE) --no-print-directory dependencies
	@$(PIP) --no-deps --no-build-isolation --editable . || { echo "$$NOT_INSTALLED" >&2; exit 1; }
	@rm -f "$(VENV)"/nasc-*
	@touch "$@"
	@echo "make install: nasc and what it needs are installed in $(VENV); the command is $(VENV)/bin/nasc"

# An environment of the same Python that was made at this very place is brought up to date, any other is made anew.
dependencies: ## make or renew the environment without nasc itself
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	echo "make: nasc needs Python 3.11 or newer; '$(PYTHON) --version' says: $$($(PYTHON) --version 2>&1 | head -n 1)" >&2; \
	echo "make: name another one:  make install PYTHON=python3.12" >&2; exit 1; }
	@minor='import sys; print(sys.version_info[:2])'; \
	if ! { [ "$$("$(PY)" -c "$$minor" 2>/dev/null)" = "$$($(PYTHON) -c "$$minor")" ] \
	&& grep -qF "$(abspath $(VENV))" "$(VENV)/bin/activate"; }; then \
	echo "make: a new environment in $(VENV)"; \
	$(PYTHON) -m venv --clear "$(VENV)" || { \
	echo "make: '$(PYTHON) -m venv' failed; on Debian it needs the package python3-venv" >&2; exit 1; }; fi
	@echo "make: installing the dependencies$(if $(CONSTRAINTS), pinned in $(CONSTRAINTS)): gigabytes, so some minutes"
	@"$(PY)" -c 'import tomllib; project = tomllib.load(open("pyproject.toml", "rb"))["project"]; \
	extras = project["optional-dependencies"]; \
	print(*project["dependencies"], *extras["dev"], *extras["render"], *extras["onnx"], sep="\n")' > "$(VENV)/dependencies.txt"
	@$(PIP) $(PINS) --requirement "$(VENV)/dependencies.txt" || { echo "$$NOT_INSTALLED" >&2; exit 1; }
