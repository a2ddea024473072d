# The front door. Every target works from nothing: it needs make and Python 3.11 or newer.

PORT ?= 8000
MARK ?= not shared and not slow
DOCS ?= 10000
FAULTS ?= 0.3
SEED ?= 1
# The first Python that is new enough; with none, bootstrap.py says what to do.
ifeq ($(origin PYTHON), undefined)
PYTHON := $(firstword $(foreach name,python3 python3.14 python3.13 python3.12 python3.11,\
  $(shell $(name) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $(name))) python3)
endif

# Where Python may keep no bytecode, each of the many programs that are started compiles all of Tieout anew.
unexport PYTHONDONTWRITEBYTECODE

VENV_PYTHON := .venv/bin/python
PYTEST := $(VENV_PYTHON) -m pytest -o DJANGO_SETTINGS_MODULE=
LOCK := UV_CUSTOM_COMPILE_COMMAND="make lock" $(VENV_PYTHON) -m uv pip compile --quiet --universal \
  --generate-hashes --python-version 3.11

.DEFAULT_GOAL := help
.PHONY: help demo demo-reset test check bench mutation chaos soak screens messages image sbom docs format lock install-demo install-dev

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' Makefile | awk -F'|' '{printf "  make %-12s %s\n", $$1, $$2}'

demo: install-demo ## run all of it here: servers, Business Central sandbox, web, workers, data; PORT=8000
	@exec $(VENV_PYTHON) -m config.local.demo --port "$(PORT)" --with-parent

demo-reset: install-demo ## forget the demo's state
	@$(VENV_PYTHON) -m config.local.demo --reset

test: install-dev ## run the tests, with real servers and a real browser
	@$(VENV_PYTHON) -m config.local.chromium
	@$(VENV_PYTHON) -m config.local.al_grammar
	@$(PYTEST) -n auto --dist loadgroup -m "$(MARK)" $(ARGS)

check: install-dev ## format, lint, types, imports, migrations, deployment, licences, audit
	@$(VENV_PYTHON) -m config.local.check

bench: install-dev ## run the benchmarks; results in .bench/
	@$(VENV_PYTHON) -m tests.bench

mutation: install-dev ## break the matching engine on purpose; ARGS="rules.price" for a part of it
	@nice $(VENV_PYTHON) -m tests.mutation $(ARGS)

chaos: install-dev ## run under faults and kills; DOCS=10000 FAULTS=0.3 SEED=1 ARGS="--kill-every 0.5"
	@$(VENV_PYTHON) -m tests.chaos --docs $(DOCS) --faults $(FAULTS) --seed $(SEED) $(ARGS)

soak: install-dev ## run for hours under faults and watch memory, latency, backlog; HOURS=2 FAULTS=0.05
	@$(VENV_PYTHON) -m tests.soak --hours $(or $(HOURS),2) --faults $(if $(filter file,$(origin FAULTS)),0.05,$(FAULTS)) $(ARGS)

screens: install-dev ## take the pictures of docs/screens; ARGS="worklist case" for some of them
	@$(VENV_PYTHON) -m config.local.chromium
	@$(VENV_PYTHON) -m tests.screens $(ARGS)

image: install-dev ## do the Dockerfile's steps in a clean folder, and start what it ships
	@$(VENV_PYTHON) -m tests.deploy.try_image

sbom: install-dev ## list what production is made of (CycloneDX) in sbom.json
	@$(VENV_PYTHON) -m config.local.sbom sbom.json

docs: ## build the pages of docs/ into .docs/site; a link that leads nowhere fails
	@test -x .docs/venv/bin/mkdocs || { $(PYTHON) -m venv .docs/venv && \
	  .docs/venv/bin/pip install --quiet --require-hashes --requirement requirements/docs.txt; }
	@NO_MKDOCS_2_WARNING=1 .docs/venv/bin/mkdocs build --strict --quiet && echo "Built: .docs/site/index.html"

messages: install-dev ## collect the texts to translate, and compile what is translated
	@$(VENV_PYTHON) -m config.local.messages

format: install-dev ## put the code in form
	@$(VENV_PYTHON) -m ruff check --quiet --fix . ; $(VENV_PYTHON) -m ruff format .

lock: install-dev ## resolve requirements/*.in to hashed requirements/*.txt
	@for name in base production tracing demo dev bench docs; do \
	  $(LOCK) requirements/$$name.in --output-file requirements/$$name.txt || exit 1; \
	done
	@$(LOCK) config/local/node.in --output-file config/local/node.txt

install-demo install-dev:
	@command -v $(PYTHON) >/dev/null || { echo "Tieout needs Python 3.11 or newer (apt-get install python3 python3-venv)."; exit 1; }
	@$(PYTHON) config/local/bootstrap.py $(@:install-%=%)
