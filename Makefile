# One command a job; each sets up what it needs. See README.md.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
STUDIES ?= data/cdnow data/corner-shop
OUT ?= reports
# Threads of several processes stand in each other's way.
ONE_THREAD := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1
# One more than there are cores: some tests wait.
WORKERS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)

.PHONY: report test test-thorough lab lint lock bench bench-scale calibrate-segments calibrate-purchases calibrate-gestures calibrate-experience test-kill test-spark clean
report: $(READY)
	@$(BIN)/cxlab report $(STUDIES) --out $(OUT)

test: $(READY) lint
	$(ONE_THREAD) $(BIN)/python -m pytest -n $(WORKERS) --dist loadscope --no-loadscope-reorder

# The longer proofs, which `make test` leaves out.
PROOFS ?= thorough
test-thorough: $(READY)
	CXLAB_THOROUGH=1 $(ONE_THREAD) $(BIN)/python -m pytest -m "$(PROOFS)" -n $(WORKERS) --dist loadscope --no-loadscope-reorder

lab: $(READY)
	CXLAB_STORE=$(abspath $(OUT)) JUPYTER_CONFIG_PATH=$(abspath tools/lab) $(BIN)/jupyter lab --ServerApp.root_dir=. \
		--LabApp.default_url=/lab/tree/notebooks/start.md $(if $(filter 0,$(shell id -u)),--allow-root)

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(READY)
	$(BIN)/python -m benchmarks

# Shops of 10,000 to 10 million orders, which stay in `SHOPS`: some gigabytes. `SCALE="--orders 10000"` takes others, `SCALE=--hundred` adds a
# hundred million.
SHOPS ?= $(or $(TMPDIR),/tmp)/cxlab-shops
bench-scale: $(READY)
	$(BIN)/python -m benchmarks.scale --folder $(SHOPS) $(SCALE)

# Goes on where it was stopped; `CALIBRATE="--times 2"` doubles the replications.
calibrate-segments: $(READY)
	$(BIN)/python -m benchmarks.calibrate_segments $(CALIBRATE)

calibrate-purchases: $(READY)
	$(BIN)/python -m benchmarks.calibrate_purchases $(CALIBRATE)

calibrate-gestures: $(READY)
	$(BIN)/python -m benchmarks.calibrate_gestures $(CALIBRATE)

calibrate-experience: $(READY)
	$(BIN)/python -m benchmarks.calibrate_experience $(CALIBRATE)

# On a cluster of Spark that it starts here: half an hour, 8 GiB, Java 17. Its simulated shops, of so many orders, stay in `SHOPS` (ten
# million: 2 GB); `SPARK=short` leaves the longest out.
SPARK_ORDERS ?= 1000000 10000000
SPARK ?= 1
test-spark: $(VENV)/.spark
	CXLAB_SPARK=$(SPARK) CXLAB_SPARK_ORDERS="$(SPARK_ORDERS)" CXLAB_SHOPS=$(SHOPS) $(BIN)/python -m pytest -m spark tests/test_spark.py tests/test_spark_strangers.py

$(VENV)/.spark: $(READY) requirements-spark.lock
	@$(BIN)/python -m tools.install_spark
	@touch $@

# Resolve anew: all versions with hashes, for every Python from 3.11 on, no index addresses.
lock: $(READY)
	@$(BIN)/python -m tools.lock

# Kill the runner and its kernels at 50 random moments; nothing wrong may be left behind. Takes minutes.
test-kill: $(READY)
	$(BIN)/python -m benchmarks.kill

clean:
	rm -rf $(VENV) reports

# Set up again only when the lock or the way of setting up changed.
$(READY): requirements.lock pyproject.toml tools/setup.sh
	@sh tools/setup.sh $(PYTHON) $(VENV)
	@touch $@
