.DEFAULT_GOAL := build
.PHONY: run build test dev lint soak bench

run:   ; @scripts/run.sh
build: ; @scripts/setup.sh build && scripts/build.sh
test:  ; @scripts/test.sh
dev:   ; @scripts/dev.sh
soak:  ; @scripts/soak.sh $(PART)
bench: ; @scripts/bench.sh
lint:  ; @scripts/setup.sh lint && scripts/lint.sh
