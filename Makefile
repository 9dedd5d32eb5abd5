# Every job of the project by one word. `make help` lists them; the work is done in scripts/.
#
#   SIMULATE=N make up   N simulated nodes instead of containers (needs no root)
#   JOBS=N               compile with N jobs (default: one per core)
.DEFAULT_GOAL := help
.PHONY: help up down test check build bench sim asan tsan fuzz fmt tidy acceptance clean

up: ## installs what is missing, builds, starts a cluster, takes the tour
	@scripts/up.sh

down: ## stops the cluster that `make up` started; its data stay
	@scripts/down.sh

test: ## installs what is missing, builds, runs every test: the fast ones, then the slow ones
	@scripts/test.py all

check: ## builds, then the fast tests: unit tests, format, style checks, tidy on changed files
	@scripts/test.py fast

build: ## builds everything for development into build/dev
	@scripts/build.sh dev

acceptance: ## runs the acceptance scenarios that are green so far; NAMES="01 05" runs those
	@scripts/test.py acceptance

sim: ## simulated rollouts: 1,000 seeds, or exactly one with SEED=n
	@scripts/sim.sh

bench: ## measures Proa and, where it can be built, kube-apiserver beside it
	@bench/run.sh

asan: ## unit tests and simulation under the address and undefined-behaviour sanitizers
	@scripts/sanitize.sh asan

tsan: ## unit tests and simulation under the thread sanitizer
	@scripts/sanitize.sh tsan

fuzz: ## fuzzes every parser that meets the network; SECONDS_EACH=n (default 60)
	@scripts/fuzz.sh

fmt: ## formats all C++ sources
	@scripts/fmt.sh

tidy: ## clang-tidy on the whole tree (minutes)
	@scripts/tidy.py --all

clean: ## removes what was built
	@rm -rf build bin

help: ## prints this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))
