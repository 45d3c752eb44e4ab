# The commands of the house. `make help` lists them.
SHELL := bash
.SHELLFLAGS := -o pipefail -c
GO ?= go
LINT = cd tools && $(GO) build -o ../bin/golangci-lint github.com/golangci/golangci-lint/v2/cmd/golangci-lint
FUZZTIME ?= 20s
BENCH ?= .

.PHONY: help
help: ## list the commands
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

.PHONY: build
build: ## build bin/deputy
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags "-s -w" -o bin/deputy ./cmd/deputy

.PHONY: test
test: ## everything that must pass: vet, tests, and a scan of ourselves
	$(GO) vet ./...
	$(GO) test -vet=off ./...
	$(GO) run ./cmd/deputy scan --fail-on-unexamined .

.PHONY: race
race: ## the tests under the race detector, but for measurements of quality
	@# A program under the detector sleeps for a second when it ends, unless told not to.
	GORACE=atexit_sleep_ms=0 $(GO) test -race -short -vet=off ./...

.PHONY: golden
golden: ## rewrite golden files, transcripts and pictures from what is written now
	$(GO) test ./scanner/report/... -update
	UPDATE_SCRIPTS=1 $(GO) test ./cmd/deputy -run '^TestScript$$'

.PHONY: vuln
vuln: ## known vulnerabilities of what we import; says so if their database is out of reach
	@out=$$(cd tools && $(GO) run golang.org/x/vuln/cmd/govulncheck -C .. ./... 2>&1); status=$$?; \
	case $$out in \
	*'fetching vulnerabilities'*) echo "the database of vulnerabilities is out of reach: nothing was checked" ;; \
	*) echo "$$out"; exit $$status ;; \
	esac

.PHONY: dead
dead: bin/deadcode ## code that nothing reaches, not even a test
	@out=$$(bin/deadcode -test ./... | grep -v '^analyzers/golangci/plugin.go'); test -z "$$out" || { echo "$$out"; exit 1; }

bin/deadcode: tools/go.mod tools/go.sum
	cd tools && $(GO) build -o ../bin/deadcode golang.org/x/tools/cmd/deadcode

.PHONY: integration
integration: ## the passes against real frameworks, loggers and SDKs (downloads them)
	cd analyzers/integration && $(GO) test -count=1 ./...

.PHONY: lint
lint: bin/golangci-lint ## formatting, import direction and the usual suspects
	bin/golangci-lint run ./...

bin/golangci-lint: tools/go.mod tools/go.sum
	$(LINT)

.PHONY: quality
quality: ## precision and recall per detector, over the labelled corpus
	@$(GO) test ./scanner/detect/... ./scanner/extract/... -run '^TestQuality$$' -count=1 -v | sed -n 's/^ *[a-z_]*_test\.go:[0-9]*: //p; /^--- FAIL/p'

.PHONY: bench
bench: ## benchmarks, in the form that benchstat reads
	$(GO) test -run '^$$' -bench '$(BENCH)' -benchmem ./...

.PHONY: bench-vet
bench-vet: build ## deputy vet beside gosec and go vet, on the module in MODULE
	@gosec=$$(mktemp -d) && GOBIN=$$gosec $(GO) install github.com/securego/gosec/v2/cmd/gosec@v2.22.10 && \
	cd analyzers/integration && $(GO) run ./bench -deputy ../../bin/deputy -gosec $$gosec/gosec $(abspath $(MODULE)); \
	status=$$?; rm -rf $$gosec; exit $$status

.PHONY: sweep-chaos
sweep-chaos: ## sweeps of 200 repositories with workers killed, frozen and cut off (5 min)
	DEPUTY_SWEEP_CHAOS=$$(mktemp -d) $(GO) test ./cmd/deputy -run '^TestSweepsSurviveDeaths$$' -count=1 -v -timeout 60m

.PHONY: sweep-bench
sweep-bench: ## what sweeps and their page cost: workers, 10,000 repositories, 100,000 findings (30 min)
	DEPUTY_SWEEP_BENCH=1 $(GO) test ./cmd/deputy ./scanner/sweep/page -p 1 -run '^Test(Bench|Speed)' -count=1 -v -timeout 120m

.PHONY: pictures
pictures: ## take the pictures of the page in docs/images, with Chromium
	DEPUTY_PICTURES=$(CURDIR)/docs/images $(GO) test ./scanner/sweep/page -run '^TestPictures$$' -count=1

.PHONY: fuzz
fuzz: ## every fuzz target for FUZZTIME (20s)
	@for pkg in $$($(GO) list ./...); do \
		for target in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz'); do \
			echo "$$pkg $$target"; \
			$(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 1x $$pkg || exit 1; \
		done; \
	done

.PHONY: hostile
hostile: ## what is made to hurt, in full size, and damage, each kind DEPUTY_TRIALS times (500)
	DEPUTY_HOSTILE=full $(GO) test -count=1 -timeout 60m -v -run '^TestHostileInputs$$' ./cmd/deputy
	DEPUTY_TRIALS=$${DEPUTY_TRIALS:-500} $(GO) test -count=1 -timeout 60m -run 'NeverSilent$$' ./scanner/run

.PHONY: clean
clean: ## remove what was built
	rm -rf bin dist
