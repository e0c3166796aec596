# The commands of this project. They need Python 3.11 or newer with venv, make, and what pip can reach; nothing else.
#
#   make demo    pytest --cio-contract on both examples: one green, one red for the reasons it is meant to show
#   make test    the tests, against the built and installed package
#   make lint    ruff and mypy
#   make wheel   sdist and wheel, in dist/
#   make bench   the benchmarks
#   make flaky   whether any case is flaky: benchmarks/repeat.py
#
# PYTHON=python3.13       another interpreter
# VENV=.venv-313          another environment; each is made when missing
# WHEEL=dist/x.whl        test this wheel; without it one is built from the checkout
# CONSTRAINTS=file.txt    pip constraints, such as constraints/lowest.txt
# WORKERS=0               the tests in this one process, not in one per processor
# ARGS="-k word"          more arguments for pytest or the benchmarks

PYTHON ?= python3
VENV ?= .venv
DIST ?= dist
WHEEL ?=
CONSTRAINTS ?=
WORKERS ?= auto
ARGS ?=

BIN = $(VENV)/bin
PIP = $(BIN)/python -m pip install --quiet --disable-pip-version-check
INSTALL = $(PIP) $(if $(CONSTRAINTS),--constraint $(CONSTRAINTS))

.PHONY: demo test coverage lint format wheel bench flaky clean package

demo: $(VENV)/.demo package
	$(BIN)/python examples/demo.py

test: $(VENV)/.test package
	$(BIN)/coverage erase
	$(BIN)/coverage run $(BIN)/pytest -n $(WORKERS) $(ARGS)
	@$(BIN)/coverage combine --quiet

# What the last `make test` reached.
coverage:
	$(BIN)/coverage report --skip-covered

lint: $(VENV)/.lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.lint
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

wheel: $(VENV)/.build
	$(BIN)/python -m build --outdir $(DIST)

bench: $(VENV)/.test package
	$(BIN)/python benchmarks/run.py $(ARGS)

flaky: $(VENV)/.test package
	$(BIN)/python benchmarks/repeat.py $(ARGS)

clean:
	rm -rf $(VENV) $(DIST) build

# Never the checkout itself: what is tested is what is shipped.
package: $(VENV)/.pip
	$(INSTALL) --force-reinstall --no-deps $(or $(WHEEL),.)

$(VENV)/.pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(PYTHON) is too old: Python 3.11 or newer is needed, as in make PYTHON=python3.13" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	@touch $@

$(VENV)/.demo: $(VENV)/.pip pyproject.toml examples/signup/requirements.txt examples/signup_as_usual/requirements.txt
	$(INSTALL) $(or $(WHEEL),.) --requirement examples/signup/requirements.txt --requirement examples/signup_as_usual/requirements.txt
	@touch $@

$(VENV)/.test: $(VENV)/.pip pyproject.toml $(CONSTRAINTS)
	$(INSTALL) $(or $(WHEEL),.) --group test
# Two versions of one package: the older one has a folder of its own, and takes what else it needs from the environment.
	$(PIP) --no-deps --upgrade --target $(VENV)/customerio-2.4 customerio==2.4
# The SDK of another language, where there is node to run it.
	@if command -v npm >/dev/null; then npm install --silent --no-audit --no-fund --prefix $(VENV)/node customerio-node@4; fi
	@touch $@

$(VENV)/.lint: $(VENV)/.pip pyproject.toml
	$(INSTALL) . --group test --group lint
	@touch $@

$(VENV)/.build: $(VENV)/.pip pyproject.toml
	$(INSTALL) --group build
	@touch $@
