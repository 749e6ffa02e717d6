# Every target needs git, make, Node 20 or later with npm, and Go; the rest is installed or built here.
# `test` also needs Prometheus and Alertmanager, which it installs on Debian as root; elsewhere it says what to install.
SHELL := /bin/bash
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

.PHONY: help demo test chaos test-delivery mutate bench bench-live bench-peers check e2e generate build image controlplane prometheus clean

help: ## Show the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

demo: node_modules/.installed controlplane ## Start a cluster with the operator, break things, and watch it report them (DEMO=once: exit when all was seen)
	node test/demo/demo.ts

test: node_modules/.installed controlplane prometheus ## Types, lint, generated files, unit, integration and chaos tests (E2E=1: `make e2e` too, where the machine can)
	node tools/run-tests.ts $(if $(E2E),--e2e)

chaos: node_modules/.installed controlplane ## Faults of the API server and kills of the operator, and what becomes of its work (14 minutes)
	NODE_OPTIONS=--experimental-vm-modules jest --selectProjects=chaos --runInBand --verbose

test-delivery: node_modules/.installed controlplane ## What the real Flux controllers write and what is found by it (builds them the first time: 10 minutes)
	node test/delivery/build.ts
	NODE_OPTIONS=--experimental-vm-modules jest --selectProjects=delivery --runInBand --verbose

e2e: node_modules/.installed prometheus ## The image, installed with the chart, as a Pod of a real kubelet (root on Linux; builds all that runs there the first time: 15 minutes)
	test/e2e/run.sh

mutate: node_modules/.installed ## Break one promise at a time and see a test turn red for each
	node test/mutate/mutate.ts

bench: build controlplane ## Measure the operator beside other ways of reading a cluster (SIZE=s, m or l), into docs/benchmarks.md
	node test/scale/bench.ts

bench-live: build controlplane ## Measure how soon a fault is told of while pods change (SIZE=s or m), into docs/benchmarks.md
	node test/scale/live/bench.ts

bench-peers: build controlplane ## Measure the operator beside Popeye and kube-state-metrics (SIZE=s or m), into docs/beside-others.md
	node test/scale/peers/build.ts
	node test/scale/peers/bench.ts

check: node_modules/.installed controlplane ## Types, lint and generated files only
	node tools/run-tests.ts --static

generate: node_modules/.installed controlplane ## Write CRDs, RBAC, deploy/ and the generated parts of docs/
	node tools/generate.ts

build: node_modules/.installed ## Make the program that the image runs, in dist/
	node tools/build.ts

image: node_modules/.installed ## Build the image with Docker or buildah, and say how large it is (BASE=debian where no registry is reached)
	tools/image.sh

controlplane: node_modules/.installed ## Build the test control plane, kwok and helm (10 to 20 minutes the first time)
	node test/controlplane/build.ts

prometheus: ## Install Debian's Prometheus and Alertmanager for the tests, where they are missing
	tools/install-prometheus.sh

node_modules/.installed: package.json package-lock.json
	npm ci --loglevel=error
	@touch $@

clean: ## Remove what was built
	rm -rf dist node_modules .cache
