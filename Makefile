# make demo    the bundled plan, from nothing to a map        make check   style, types, layers
# make test    everything that is tested                      make bench   side by side with peers
# make test-quick  what takes a second or less of it: after each change
# make coverage  which lines the tests reach, without the browser, compiled loops included
# make newest  the tests on the newest versions allowed       make lowest  and on the lowest
# make lock    renew the locked versions (needs a network)    make clean   remove what make made
# make docs    the documentation as a site, every warning an error
# make docs-links  the same, and every link to another site (needs a network)
# make fuzz    20,000 damaged inputs, others each night
# make night   every random test with all its cases, then make fuzz

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test test-quick coverage night check check-types check-style check-layers \
  check-scripts ready docs docs-links newest lowest lock fuzz bench clean

VENV   := .venv
PYTHON := $(VENV)/bin/python
SHELL  := /bin/sh

# Settings of this machine's pip say where packages come from, and nothing about which: a constraint
# of its own would fight with the lock, and --user with the environment. Most modules are never
# imported: the others are compiled when they are, which takes half the time.
PIP    := -m pip --disable-pip-version-check install --quiet --quiet --no-user --no-compile
export PIP_CONSTRAINT := /dev/null
LOCKED := --require-hashes --only-binary :all: --requirement
ITSELF := --no-deps --no-build-isolation --editable .
unexport PYTHONPATH PYTHONHOME PYTHONSTARTUP PYTHONOPTIMIZE
# Modules are kept as bytecode: else each of the hundreds of commands that tests start would compile
# them anew, which takes longer than most commands do.
unexport PYTHONDONTWRITEBYTECODE

# The first of these that runs, is new enough and can make environments; each is *run*, since some
# installations leave names behind that do nothing.
CANDIDATES := python3.12 python3.13 python3.14 python3 python
SUITS := import sys, venv, ensurepip; sys.exit(not (3, 12) <= sys.version_info < (3, 15))

help:
	@sed -n 's/^# \(make .*\)/\1/p' Makefile

$(VENV)/.made .venv-newest/.made .venv-lowest/.made .venv-lock/.made: .python-version
	@if [ -x $(@D)/bin/python ] && $(@D)/bin/python -c "import pip; $(SUITS)" 2>/dev/null; then \
	  echo "Taking the Python that is in $(@D)."; \
	else \
	  found=; \
	  for name in $(CANDIDATES); do \
	    if "$$name" -c "$(SUITS)" >/dev/null 2>&1; then found=$$name; break; fi; \
	  done; \
	  if [ -n "$$found" ]; then \
	    echo "Making $(@D) with $$found."; \
	    "$$found" -m venv --clear $(@D); \
	  elif uv --version >/dev/null 2>&1; then \
	    echo "Making $(@D) with a Python $$(cat .python-version) from uv."; \
	    uv venv --quiet --seed --clear --python "$$(cat .python-version)" $(@D); \
	  else \
	    echo "This needs Python 3.12, 3.13 or 3.14 with its venv module: install it (python.org, or" \
	      "python3.12-venv on Debian), or uv (docs.astral.sh/uv), and run make again." >&2; \
	    exit 1; \
	  fi; \
	fi
	@touch $@

$(VENV)/.run: $(VENV)/.made pyproject.toml requirements/run.txt
	@echo "Installing placement and what it needs (once; a few minutes)."
	@$(PYTHON) $(PIP) $(LOCKED) requirements/run.txt
	@$(PYTHON) $(PIP) $(ITSELF)
	@touch $@

$(VENV)/.compiled: $(VENV)/.run
	@echo "Compiling the loops on a first run (once; about half a minute)."
	@$(VENV)/bin/place optimise data/geo/paris-2024-cover --budget 60 --out $(VENV)/first --quiet
	@touch $@

$(VENV)/.develop: $(VENV)/.run requirements/develop.txt
	@echo "Installing what testing and checking need."
	@$(PYTHON) $(PIP) $(LOCKED) requirements/develop.txt
	@touch $@

demo: $(VENV)/.compiled
	@$(VENV)/bin/place optimise data/geo/paris-2024 --out outputs/paris-2024
	@echo "The map is outputs/paris-2024/map.html (open it in a browser, no network needed),"
	@echo "the solution outputs/paris-2024/solution.geojson."

# What each of the processes that run tests would else do, at the same time as the other: compile the
# tests, and the loops of which a first run has no need. What fails here is told by `make test`.
WITH_LOOPS := tests/cover/test_discs.py::test_points_on_the_circle_and_sites_on_each_other \
  tests/solve/mclp/bounds/test_block_solver.py::test_the_tree_ends_with_the_best_plan \
  tests/solve/mclp/heuristics/test_penalty_annealing.py::test_the_same_seed_gives_the_same_plans \
  tests/solve/capacitated/test_lanes_in_plans.py::test_random_plans_equal_explicit_flows_in_time \
  tests/solve/capacitated/test_walk_lagrangian.py::test_the_bound_meets_a_plan_that_nothing_beats \
  tests/studies/replay/test_study.py::test_the_command_writes_a_file_that_follows_its_schema \
  tests/studies/roster/test_roster.py::test_rows_in_another_order_give_the_same_roster \
  tests/streets/test_sight.py::test_a_square_has_the_pace_of_its_class \
  tests/streets/test_osm.py::test_both_forms_give_the_same_network
$(VENV)/.loops: $(VENV)/.develop $(VENV)/.compiled
	@echo "Compiling the loops of all commands (once)."
	@$(PYTHON) -m pytest -q -n 2 --dist loadfile $(WITH_LOOPS) >/dev/null || [ $$? -eq 1 ]
	@touch $@

$(VENV)/.collected: $(VENV)/.develop
	@echo "Compiling the tests (once)."
	@$(PYTHON) -m pytest -q --collect-only >/dev/null || true
	@touch $@

# A file of tests runs in one process, so that what its tests share is made once.
PYTEST := -m pytest -n 2 --dist loadfile --no-loadscope-reorder
test: $(VENV)/.develop $(VENV)/.compiled
	@$(MAKE) --no-print-directory --jobs 2 $(VENV)/.loops $(VENV)/.collected
	@$(PYTHON) $(PYTEST)

test-quick: $(VENV)/.develop $(VENV)/.compiled
	@$(PYTHON) $(PYTEST) -m 'not slow'

# Machine code tells nobody which lines it runs: tests of the loops run once more in Python, where
# they take a hundred times as long and wrap numbers around aloud. Those of the search run in Python
# on the smallest of plans in tests/solve/test_loops_in_python.py, which every run of the tests has.
COVER := $(PYTHON) -m coverage
LOOPS := tests/streets tests/cover --ignore tests/streets/test_inflation.py \
  --ignore tests/streets/test_catchment.py -k 'not threads and not memory and not bundled and not row_groups'
coverage: $(VENV)/.develop $(VENV)/.compiled
	@$(COVER) erase
	@$(COVER) run -m pytest -q -m 'not slow'
	@NUMBA_DISABLE_JIT=1 $(COVER) run -m pytest -q -m 'not slow' \
	  -W 'ignore:overflow encountered in scalar:RuntimeWarning' $(LOOPS)
	@$(COVER) combine --quiet
	@$(COVER) report

# Random tests with all their cases (PLACE_NIGHT), of which `make test` takes a part.
night: $(VENV)/.develop $(VENV)/.compiled
	@PLACE_NIGHT=1 $(PYTHON) $(PYTEST)
	@$(PYTHON) -m tests.fuzz

# What goes wrong is kept in tests/fuzz/failed, with the command that runs it again.
fuzz: $(VENV)/.develop $(VENV)/.compiled
	@$(PYTHON) -m tests.fuzz

# Installed anew each time, since newer versions may have come out.
newest: .venv-newest/.made
	@.venv-newest/bin/python $(PIP) --upgrade --upgrade-strategy eager --editable '.[test]'
	@.venv-newest/bin/python $(PYTEST)

lowest: .venv-lowest/.made requirements/lowest.txt
	@.venv-lowest/bin/python $(PIP) $(LOCKED) requirements/lowest.txt
	@.venv-lowest/bin/python $(PIP) $(ITSELF)
	@.venv-lowest/bin/python $(PYTEST)

# A resolver that knows the markers of every system and Python, and not this machine's settings;
# what runs is locked first, so that what tests adds to it and changes none of it.
RESOLVE := .venv-lock/bin/uv pip compile --no-config --quiet --universal --python-version 3.12 \
  --generate-hashes --upgrade --custom-compile-command 'make lock' pyproject.toml --group build
lock: .venv-lock/.made
	@.venv-lock/bin/python $(PIP) --upgrade uv
	@$(RESOLVE) --output-file requirements/run.txt
	@$(RESOLVE) --extra test --extra check --constraint requirements/run.txt \
	  --output-file requirements/develop.txt
	@$(RESOLVE) --extra docs --constraint requirements/develop.txt \
	  --output-file requirements/docs.txt
	@$(RESOLVE) --extra test --resolution lowest-direct --output-file requirements/lowest.txt

# The page's scripts are checked by a Node.js that comes as a wheel, and packages locked beside it.
JS := requirements/javascript
NODE := $(VENV)/bin/node $(JS)/node_modules
$(VENV)/.javascript: $(VENV)/.develop $(JS)/package-lock.json
	@PATH="$(CURDIR)/$(VENV)/bin:$$PATH" $(VENV)/bin/npm ci --prefix $(JS) --silent --no-fund --no-audit
	@touch $@

check: check-types check-style check-layers check-scripts

check-types: $(VENV)/.develop
	@$(VENV)/bin/mypy

check-style: $(VENV)/.develop
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .

check-layers: $(VENV)/.develop
	@$(VENV)/bin/lint-imports

check-scripts: $(VENV)/.javascript
	@$(NODE)/eslint/bin/eslint.js --no-config-lookup --config $(JS)/eslint.config.mjs \
	  placement/maps/static tests/browser
	@$(NODE)/typescript/bin/tsc --project $(JS)

# What .ci/run does before the tests, each of which keeps one core busy: make -j 2 ready
ready: check $(VENV)/.compiled $(VENV)/.loops $(VENV)/.collected

# Not needed by `make test`: tests/test_docs.py checks links, pages and examples without Sphinx.
$(VENV)/.docs: $(VENV)/.run requirements/docs.txt
	@echo "Installing what the documentation's site needs."
	@$(PYTHON) $(PIP) $(LOCKED) requirements/docs.txt
	@touch $@

SPHINX := $(PYTHON) -m sphinx --fail-on-warning --keep-going --quiet
docs: $(VENV)/.docs
	@$(SPHINX) -b html docs build/docs
	@if grep -rnE '<(script|img|iframe)[^>]*src="(https?:)?//|<link[^>]*stylesheet[^>]*href="(https?:)?//' \
	  --include='*.html' build/docs; then \
	  echo "The pages above load something from a network." >&2; exit 1; fi
	@echo "The documentation is build/docs/index.html (open it in a browser, no network needed)."

docs-links: $(VENV)/.docs
	@$(SPHINX) -b linkcheck docs build/docs-links

bench: $(VENV)/.compiled
	@for bench in benchmarks/[a-z]*.py; do echo "== $$bench"; $(PYTHON) "$$bench" || exit 1; done

clean:
	rm -rf .venv .venv-newest .venv-lowest .venv-lock build dist
	rm -f outputs/paris-2024*/map.html
	rm -rf requirements/javascript/node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .benchmarks
	find placement tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
