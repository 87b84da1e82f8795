.PHONY: help run test check format lock bench bench-quality cluster bench-cluster soak image sbom audit fuzz
.PHONY: check-lint check-types check-docs developed
.DEFAULT_GOAL := help

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Start Hamlet on http://127.0.0.1:8000 with a demo site
	@./run

test: ## Run every test with coverage
	@./test

check: check-lint check-types check-docs ## Format, lint, types, import rules, and that the docs name everything

check-lint: developed
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/lint-imports

check-types: developed
	.venv/bin/mypy

check-docs: developed
	.venv/bin/pytest -q tests/docs

developed:
	@.ci/venv requirements-dev.lock

format: developed ## Format the code and mend what the linter can
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .

lock: developed ## Resolve the dependencies again; make lock UPGRADE=--upgrade takes the newest
	.ci/lock $(UPGRADE)

bench: developed ## Measure speed, memory and growth beside bare Flask and other filters; make bench SHORT=--short in two minutes
	.venv/bin/python -m bench $(SHORT)

bench-quality: developed ## Measure against other filters, on held-out sources; make bench-quality DATA="folder training/written"
	.venv/bin/python -m bench.quality $(foreach path,$(DATA),--data $(path))

cluster: developed ## Run two replicas behind HAProxy with PostgreSQL and a Redis Cluster, until Ctrl-C
	PYTHONPATH=tests/contracts .venv/bin/python -m bench.cluster

bench-cluster: developed ## Measure what the second replica brings, as ratios
	PYTHONPATH=tests/contracts .venv/bin/python -m bench.cluster_load

soak: ## Ten minutes under load with a fault every 30 s; make soak SECONDS=90 for less
	@.ci/venv requirements-train.lock
	SECONDS=$(or $(SECONDS),600) .venv/bin/python -m bench.soak

image: ## Build the container image
	docker build --tag hamlet .

sbom: image ## Write what is in the image to dist/hamlet.cdx.json, as CycloneDX
	@mkdir -p dist
	docker run --rm hamlet cat /opt/hamlet/sbom.cdx.json >dist/hamlet.cdx.json

audit: developed ## Look up known vulnerabilities of what requirements.lock pins; needs the internet
	.ci/audit requirements.lock

fuzz: developed ## Send 10,000 requests at random to a running service; some ten minutes
	FUZZ_CASES=9000 .venv/bin/pytest -q -p no:xdist tests/fuzz
