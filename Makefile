# The commands of this project. They need Python 3.11 or newer with venv, make, and what pip can reach; nothing else.
# `make` alone lists them.

# PYTHON=python3.13       another interpreter
# VENV=.venv-313          another environment; each is made when it is missing
# WHEEL=dist/x.whl        test this wheel; without it one is built from the checkout
# CONSTRAINTS=file.txt    other versions: constraints/lowest.txt, or empty for the newest
# PRE=1                   the clients in their newest pre-release versions; with CONSTRAINTS= only
# FAIL_UNDER=0            the branch coverage that `make test` asks for, in percent; 100 without it
# WORKERS=0               the tests in this one process, not in several
# ARGS="-k word"          more arguments for pytest or the benchmarks; `make test` then asks for no coverage

PYTHON ?= python3
VENV ?= .venv
DIST ?= dist
SITE ?= build/site
WHEEL ?=
CONSTRAINTS ?= constraints/tested.txt
PRE ?=
FAIL_UNDER ?= 100
# One process more than there are processors: tests of servers, browsers and commands wait for a third of their time.
WORKERS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
ARGS ?=

BIN = $(VENV)/bin
PIP = $(BIN)/python -m pip install --quiet --disable-pip-version-check
PINNED = $(if $(CONSTRAINTS),--constraint $(CONSTRAINTS))
BUILDING = $(PINNED) $(if $(CONSTRAINTS),--build-constraint $(CONSTRAINTS))
INSTALL = $(PIP) $(BUILDING)
# What is installed: the given wheel, else the one that is built from the checkout.
PACKAGE = $(or $(WHEEL),$(VENV)/wheel/*.whl)
BUILT = $(if $(WHEEL),,$(VENV)/.wheel)
# What `make quick` leaves out: whole runs of pytest, servers and browsers.
SLOW = tests/stories tests/sdks tests/tools/sandbox tests/test_readme.py
# The packages whose private parts we patch, and the SDKs.
CLIENTS = aiohttp aioresponses async-customerio customerio httpcore httpcore2 httpx httpx2 pytest pytest-httpx \
	pytest-recording pytest-xdist requests requests-mock responses respx urllib3 vcrpy
COMPANY = allure-pytest allure-python-commons gherkin-official Mako parse parse_type pytest-bdd pytest-cov pytest-html \
	pytest-metadata pytest-randomly pytest-rerunfailures pytest-socket pytest-sugar pytest-timeout pytest-vcr termcolor
FROZEN = -m pip freeze --disable-pip-version-check --all --exclude pytest-customerio --exclude setuptools --exclude wheel

# Modules are compiled once and not by each of the hundreds of runs of pytest in the tests.
export PYTHONDONTWRITEBYTECODE =

.DEFAULT_GOAL = help
.PHONY: help demo test quick lint format pages docs wheel coverage constraints bench flaky clean package

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1 /p' Makefile | while read -r name text; do printf '  make %-12s %s\n' "$$name" "$$text"; done
	@echo
	@sed -n 's/^# \([A-Z_]*=\)/  \1/p' Makefile

demo: $(VENV)/.demo package ## pytest --cio-contract on both examples: one passes, one fails for known mistakes
	$(BIN)/python examples/demo.py

test: $(VENV)/.test package ## all tests, against the built and installed package, and their branch coverage
	$(BIN)/coverage erase
	CIO_TEST_WHEEL=1 $(BIN)/coverage run $(BIN)/pytest -n $(WORKERS) $(ARGS)
	@$(BIN)/coverage combine --quiet
	$(if $(ARGS),,$(BIN)/coverage report --skip-covered --fail-under=$(FAIL_UNDER))

quick: $(VENV)/.test package ## the tests of single modules: without whole runs, SDKs, servers and browsers
	CIO_TEST_WHEEL=1 $(BIN)/pytest -n $(WORKERS) $(addprefix --ignore=,$(SLOW)) $(ARGS)

lint: $(VENV)/.lint ## ruff, its formatter, and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.lint ## repairs what ruff can repair
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

pages: $(VENV)/.test ## writes the generated parts of README.md and docs/ anew, from this checkout
	PYTHONPATH=$(CURDIR):$(CURDIR)/tests/support $(BIN)/python tests/test_docs.py
	PYTHONPATH=$(CURDIR):$(CURDIR)/tests/support $(BIN)/python tests/test_readme.py
	PYTHONPATH=$(CURDIR):$(CURDIR)/tests/support $(BIN)/python tests/clients/test_patched.py
	PYTHONPATH=$(CURDIR):$(CURDIR)/tests/support $(BIN)/python tests/sdks/test_page.py

docs: $(VENV)/.docs ## the documentation site, in build/site; a warning is an error
	$(BIN)/sphinx-build -q -W --keep-going -b html -d $(SITE)/.doctrees docs $(SITE)
	@echo "$(SITE)/index.html"

wheel: $(VENV)/.build ## sdist and wheel, in dist/
	$(if $(CONSTRAINTS),PIP_CONSTRAINT=$(abspath $(CONSTRAINTS))) $(BIN)/python -m build --outdir $(DIST)

coverage: ## the branch coverage of the last `make test`
	$(BIN)/coverage report --skip-covered

# Uses an environment of its own, so that no other package is in it.
constraints: ## writes constraints/tested.txt anew, with the newest version of everything; then run `make test`
	rm -rf $(VENV)-newest
	$(MAKE) VENV=$(VENV)-newest CONSTRAINTS= $(addprefix $(VENV)-newest/,.demo .test .lint .build .docs)
	{ sed '/^[^#]/d' constraints/tested.txt; { $(VENV)-newest/bin/python $(FROZEN); \
		$(VENV)-newest/bin/python $(FROZEN) --path $(VENV)-newest/customerio-cdp-analytics; \
		$(VENV)-newest/bin/python $(FROZEN) --path $(VENV)-newest/company; } | sort -f; } > $(VENV)-newest/tested.txt
	mv $(VENV)-newest/tested.txt constraints/tested.txt

bench: $(VENV)/.test package ## the benchmarks
	$(BIN)/python benchmarks/run.py $(ARGS)

flaky: $(VENV)/.test package ## looks for flaky error cases: benchmarks/repeat.py
	$(BIN)/python benchmarks/repeat.py $(ARGS)

clean: ## removes the environment and what was built
	rm -rf $(VENV) $(DIST) build

# Installs the built package, not the checkout, so that the tests run what is shipped.
package: $(VENV)/.pip $(BUILT)
	$(INSTALL) --force-reinstall --no-deps $(PACKAGE)

$(VENV)/.pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(PYTHON) is too old: Python 3.11 or newer is needed, as in make PYTHON=python3.13" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(PIP) $(PINNED) --upgrade 'pip>=25.3'
	@touch $@

# Built once, and anew when something that goes into it is newer. A folder is newer when a file in it was removed.
$(VENV)/.wheel: $(VENV)/.pip pyproject.toml hatch_build.py README.md LICENSE \
		$(shell find pytest_customerio schemas cassettes advice -name __pycache__ -prune -o -print)
	rm -rf $(VENV)/wheel
	$(BIN)/python -m pip wheel --quiet --disable-pip-version-check $(BUILDING) --no-deps --wheel-dir $(VENV)/wheel .
	@touch $@

$(VENV)/.demo: $(VENV)/.pip pyproject.toml $(CONSTRAINTS) examples/signup/requirements.txt examples/signup_as_usual/requirements.txt | $(BUILT)
	$(INSTALL) $(PACKAGE) --requirement examples/signup/requirements.txt --requirement examples/signup_as_usual/requirements.txt
	@touch $@

# `customerio` and `customerio-cdp-analytics` both install customerio/__init__.py, and the one that is installed last
# replaces the file of the other. So the second has a folder of its own here. An environment that was filled by hand may
# hold both: they are removed first.
$(VENV)/.test: $(VENV)/.pip pyproject.toml $(CONSTRAINTS) | $(BUILT)
	@$(BIN)/python -m pip uninstall --quiet --quiet --yes customerio customerio-cdp-analytics
	$(INSTALL) $(PACKAGE) --group test
	$(if $(PRE),$(PIP) --pre --upgrade $(CLIENTS))
	$(INSTALL) --no-deps --upgrade --target $(VENV)/customerio-cdp-analytics 'customerio-cdp-analytics>=1.1'
# Two versions of one package: the older one has a folder of its own, and takes what else it needs from the environment.
	$(PIP) --no-deps --upgrade --target $(VENV)/customerio-2.4 customerio==2.4
# Plugins that projects have beside ours: tests/stories/test_company.py. In the environment they would join every run.
	$(INSTALL) --no-deps --upgrade --target $(VENV)/company $(COMPANY)
# The SDKs for Node.js and for browsers, where there is npm.
	@if command -v npm >/dev/null; then npm install --silent --no-audit --no-fund --prefix $(VENV)/node \
		customerio-node@$(if $(CONSTRAINTS),5.2.0,5) @customerio/cdp-analytics-browser@$(if $(CONSTRAINTS),0.5.11,0.5); fi
	@touch $@

$(VENV)/.lint: $(VENV)/.pip pyproject.toml $(CONSTRAINTS) | $(BUILT)
	$(INSTALL) $(PACKAGE) --group test --group lint
	@touch $@

$(VENV)/.docs: $(VENV)/.pip pyproject.toml $(CONSTRAINTS)
	$(INSTALL) --group docs
	@touch $@

$(VENV)/.build: $(VENV)/.pip pyproject.toml $(CONSTRAINTS)
	$(INSTALL) --group build
	@touch $@
