# make demo    the bundled plan, from nothing to a map        make check   style, types, layers
# make test    everything that is tested                      make bench   side by side with peers
#                                                             make clean   remove what make made

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test check bench clean

VENV   := .venv
PYTHON := $(VENV)/bin/python
PIP    := $(PYTHON) -m pip --disable-pip-version-check install --quiet --quiet
SHELL  := /bin/sh

# The first of these that runs, is new enough and can make environments; each is *run*, since some
# installations leave names behind that do nothing.
CANDIDATES := python3.12 python3.13 python3.14 python3 python
SUITS := import sys, venv, ensurepip; sys.exit(not (3, 12) <= sys.version_info)

# Said by the demo even where no terminal shows the summary.
SAY := import placement; s = placement.read_solution('outputs/paris-2024/solution.geojson'); \
  print(f'{s.plan}: {s.status}, cost {s.cost:g} of {s.budget:g} {s.budget_unit}, people covered:', \
  ', '.join(f'{name} {c.share:.1%}' for name, c in s.coverage.items()))

help:
	@sed -n 's/^# \(make .*\)/\1/p; s/^#  *\(make clean.*\)/\1/p' Makefile

$(VENV)/.made: .python-version
	@if [ -x $(PYTHON) ] && $(PYTHON) -c "import pip; $(SUITS)" 2>/dev/null; then \
	  echo "Taking the Python that is in $(VENV)."; \
	else \
	  found=; \
	  for name in $(CANDIDATES); do \
	    if "$$name" -c "$(SUITS)" >/dev/null 2>&1; then found=$$name; break; fi; \
	  done; \
	  if [ -n "$$found" ]; then \
	    echo "Making $(VENV) with $$found."; \
	    "$$found" -m venv --clear $(VENV); \
	  elif uv --version >/dev/null 2>&1; then \
	    echo "Making $(VENV) with a Python $$(cat .python-version) from uv."; \
	    uv venv --quiet --seed --clear --python "$$(cat .python-version)" $(VENV); \
	  else \
	    echo "This needs Python 3.12 or newer with its venv module: install it (python.org, or" \
	      "python3.12-venv on Debian), or uv (docs.astral.sh/uv), and run make again." >&2; \
	    exit 1; \
	  fi; \
	fi
	@touch $@

$(VENV)/.run: $(VENV)/.made pyproject.toml
	@echo "Installing placement and what it needs (once; a few minutes)."
	@$(PIP) --editable .
	@echo "Compiling the loops on a first run (once; about half a minute)."
	@$(VENV)/bin/place optimise data/geo/paris-2024-cover --budget 60 --out $(VENV)/first >/dev/null
	@touch $@

$(VENV)/.test: $(VENV)/.run
	@echo "Installing what testing needs."
	@$(PIP) --editable '.[test]'
	@touch $@

$(VENV)/.check: $(VENV)/.run
	@echo "Installing what checking needs."
	@$(PIP) --editable '.[test,check]'
	@touch $@

demo: $(VENV)/.run
	@$(VENV)/bin/place optimise data/geo/paris-2024 --out outputs/paris-2024
	@$(PYTHON) -c "$(SAY)"
	@echo "The map is outputs/paris-2024/map.html (open it in a browser, no network needed),"
	@echo "the solution outputs/paris-2024/solution.geojson."

test: $(VENV)/.test
	@$(PYTHON) -m pytest -n 2

check: $(VENV)/.check
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports

bench: $(VENV)/.run
	@for bench in benchmarks/[a-z]*.py; do echo "== $$bench"; $(PYTHON) "$$bench" || exit 1; done

clean:
	rm -rf $(VENV) outputs build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	rm -rf .import_linter_cache .benchmarks
	find placement tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
