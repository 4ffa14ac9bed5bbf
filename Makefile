# `make demo` and `make test` need nothing but make, Python and Go (or the Pulumi CLI); they set the rest up themselves.

.DEFAULT_GOAL := help
.PHONY: help setup demo proof rollout mutants harm crash-matrix plugin release sdks bench test test-all test-fast test-long check lint format lock clean

# A target's tools come from the clone: the virtual environment first, then the CLI that set-up chose.
ON_PATH = PATH="$(CURDIR)/.venv/bin:$$(cat .tools/cli):$$PATH"
STAGE = $(ON_PATH) tools/stage.sh

# mypy refuses a folder without Python files.
CODE = $(wildcard *.py) $(foreach folder,provider sandbox acceptance tests tools benchmarks examples,$(if $(shell find $(folder) -name '*.py' -print -quit 2>/dev/null),$(folder)))

# The policy pack is checked against its own environment, which is the one that has pulumi-policy.
POLICY_PYTHON := .tools/policy-venv/bin/python
POLICY_CODE := policy/__main__.py policy/client_cert_policies

# Programs that the tests start besides, with their Debian packages; with CI=true `make test` installs the missing ones.
DEBIAN_PACKAGES := tools/debian-packages.txt

# What is drawn, of the long tests, crash points, mutants and the model's steps, is the date's; SAMPLE_DATE=2027-03-02
# repeats a day. LONG_TESTS is for how many seconds, added up over the workers, long tests are drawn (tests/sampling.py).
SAMPLE_DATE ?= $(shell date -u +%Y-%m-%d)
SEEDS = SAMPLE_DATE=$(SAMPLE_DATE) $(foreach what,CRASH_MATRIX MUTANTS MODEL,$(what)_SEED=$(subst -,,$(SAMPLE_DATE)))
TESTS = coverage run -m pytest -n 2 --dist worksteal $(PYTEST_ARGS)

# Passed on to pytest, for example PYTEST_ARGS='tests/unit -k bundle'. The coverage gates judge whole runs only.
PYTEST_ARGS ?=

# The interpreter that `make setup` makes .venv with, and uv's version for `make lock`.
PYTHON ?= python3
export PYTHON
UV_VERSION := 0.13.9
COMPILE = .tools/uv/bin/uv pip compile --quiet --generate-hashes --universal --python-version 3.10 --no-annotate --no-header \
	--no-emit-index-url --no-emit-find-links $(LOCK_ARGS)

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

setup: ## prepare .venv and the Pulumi CLI; done by the targets that need it
	@sh tools/setup.sh

demo: setup ## walk through a whole rotation on the real engine, against the sandbox
	@$(ON_PATH) .venv/bin/python -m acceptance.demo

proof: debian-packages ## rotate on seven real servers under load; PROOF_REQUESTS=6000 makes it small
	@sh tools/setup.sh vegeta
	@$(ON_PATH) .venv/bin/python -m acceptance.load
	@[ -n "$(PROOF_REQUESTS)" ] || .venv/bin/python -m acceptance.measured proof

rollout: debian-packages ## roll out wave by wave under load, with a gate that has to refuse and a wave that has to fail
	@sh tools/setup.sh vegeta
	@$(ON_PATH) .venv/bin/python -m acceptance.load.rollout
	@.venv/bin/python -m acceptance.measured rollout

mutants: setup ## judge deliberately wrong versions of the package, and the mutation score of rotation/
	@$(STAGE) mutants python -m acceptance.mutants --score
	@.venv/bin/python -m acceptance.measured mutants

harm: setup ## everything that once cut traffic off, and its siblings, in both hosts with requests flowing
	@$(STAGE) harm pytest -q -n 2 --dist worksteal tests/harm

crash-matrix: setup ## let every AWS call of every run go wrong, and judge what the next runs make of it
	@$(ON_PATH) nice .venv/bin/python -m acceptance.crash_matrix
	@.venv/bin/python -m acceptance.measured crash-matrix

bench: setup ## measure speed and cost; BENCH=quick takes less than four minutes and writes no page
	@$(ON_PATH) .venv/bin/python -m benchmarks $(if $(filter quick,$(BENCH)),--quick)

plugin: setup ## build dist/pulumi-resource-apigw-client-cert-v*.tar.gz for `pulumi plugin install`
	@.venv/bin/python -m tools.plugin

release: setup ## build wheels, sdists, the plugin's archive, checksums and notes into dist/
	@.venv/bin/python -m tools.release

sdks: setup ## generate the SDKs for Python, TypeScript and Go into sdks/
	@.venv/bin/python -m tools.sdks.generate

test: LONG_TESTS ?= 1000
test: debian-packages check ## static checks, every short test, the day's draw of the long ones, coverage gates
	@sh tools/setup.sh vegeta languages --optional
	@rm -f .coverage .coverage.*
	@LONG_TESTS=$(LONG_TESTS) $(SEEDS) $(STAGE) pytest $(TESTS)
	@$(STAGE) 'combine coverage' coverage combine --quiet
ifeq ($(strip $(PYTEST_ARGS)),)
	@$(STAGE) 'coverage of rotation/ = 100 %' coverage report --include='provider/apigw_client_cert/rotation/*' --fail-under=100
	@$(STAGE) 'coverage overall >= 95 %' coverage report --fail-under=95
else
	@echo '== coverage gates: not judged, PYTEST_ARGS chose a part'
endif

test-all: debian-packages check ## static checks and all tests; writes how long each takes to tests/durations.json
	@sh tools/setup.sh vegeta languages --optional
	@RECORD_DURATIONS=1 $(SEEDS) $(STAGE) pytest $(TESTS)

test-fast: setup ## the short tests alone
	@LONG_TESTS=0 $(STAGE) pytest pytest -q -n 2 --dist worksteal $(PYTEST_ARGS)

test-long: setup ## ten thousand steps of the model-based test
	@mkdir -p reports
	@MODEL_STEPS=10000 MODEL_REPORT=reports/model.json $(STAGE) model pytest -q tests/acceptance/model
	@.venv/bin/python -m acceptance.measured model

check: setup ## static checks only
	@$(STAGE) 'ruff check' ruff check .
	@$(STAGE) 'ruff format' ruff format --check .
	@$(STAGE) mypy mypy --strict $(CODE)
	@sh tools/setup.sh policy --optional
	@if [ -f .tools/policy-venv/.ready ]; then \
		MYPYPATH=policy $(STAGE) 'mypy policy' mypy --strict --python-executable $(POLICY_PYTHON) $(POLICY_CODE); \
	fi
	@$(STAGE) import-linter lint-imports

lint: setup ## ruff's findings, repaired where it can
	@.venv/bin/ruff check --fix .

format: setup ## rewrite the code in ruff's format
	@.venv/bin/ruff format .

lock: ## renew the lock files; LOCK_ARGS=--upgrade moves every pin to its newest release
	@$(PYTHON) -m venv .tools/uv && .tools/uv/bin/pip install --quiet uv==$(UV_VERSION)
	@$(COMPILE) --output-file requirements-dev.lock pyproject.toml sandbox/pyproject.toml requirements-dev.in >/dev/null
	@$(COMPILE) --constraints requirements-dev.lock --output-file provider/requirements.lock provider/requirements.txt >/dev/null
	@$(COMPILE) --output-file policy/requirements.lock policy/requirements.txt >/dev/null

clean: ## remove .venv, .tools, .demo, reports and caches
	@rm -rf .venv .tools .demo .proof dist sdks reports .coverage .coverage.* .hypothesis .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	@find $(wildcard provider sandbox acceptance tests tools examples policy) -type d -name __pycache__ -prune -exec rm -rf {} +

.PHONY: debian-packages
debian-packages:
	@if [ "$(CI)" = true ]; then \
		PATH="$$PATH:/usr/sbin:/usr/local/go/bin"; missing=; \
		while read -r program package; do \
			case $$program in \#*) continue;; esac; \
			command -v "$$program" >/dev/null || missing="$$missing $$package"; \
		done <$(DEBIAN_PACKAGES); \
		[ -z "$$missing" ] || { apt-get update -q && \
			DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $$missing; }; \
	fi
