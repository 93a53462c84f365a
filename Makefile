# Everything that one does with a clone of fontgan. `make help` lists it.
# The first target that needs it sets up .venv with the locked packages; after that it takes no time.

PYTHON ?= python3
UV_VERSION := 0.13.8
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
SOURCES := fontgan tests assets

# One torch thread a test process: two that share two cores wait for each other.
TEST_ENVIRONMENT := OMP_NUM_THREADS=1 MKL_NUM_THREADS=1

.PHONY: help demo check test attack lint format type lock bench bench-models judges clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

# What `make demo` adds to a font: the characters of a text that the font lacks.
DEMO_FONT := assets/fonts/fontgan-kai.ttf
DEMO_TEXT := fontgan/report/orchid-pavilion.txt

demo: $(READY) ## the main job on the fonts that come with fontgan: render, train, generate, export (5 minutes)
	$(BIN)/fontgan render-dataset
	$(BIN)/fontgan train --model pix2pix
	$(BIN)/fontgan generate --chars 永和
	$(BIN)/fontgan export-font --merge $(DEMO_FONT) --chars $(DEMO_TEXT)
	@echo "Look at the sheet above, and open the page in a browser: no designer drew these characters."

check: $(READY) lint type ## ruff, mypy and the quick tests: under a minute
	$(TEST_ENVIRONMENT) $(BIN)/python -m pytest -q -n 2 -m "not slow" tests

test: $(READY) lint type ## all checks: ruff, mypy and the tests
	$(TEST_ENVIRONMENT) $(BIN)/python -m pytest -n 2 tests

ROUNDS := 10

attack: $(READY) ## all attacks of tests/attacks/, ROUNDS times; continues where it was interrupted (hours)
	$(BIN)/python -m tests.attacks --rounds $(ROUNDS) --state attacks.jsonl

lint: $(READY) ## style, by ruff
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)

format: $(READY) ## let ruff lay out the code
	$(BIN)/ruff check --fix $(SOURCES)
	$(BIN)/ruff format $(SOURCES)

type: $(READY) ## types, by mypy
	$(BIN)/mypy

lock: $(READY) ## pin the newest packages in requirements.lock
	$(BIN)/uv pip compile --universal --generate-hashes --upgrade --group dev --python-version 3.11 \
		--no-header --no-annotate -q -o requirements.lock pyproject.toml

bench: $(READY) ## the measurements of docs/benchmarks.md
	$(BIN)/python -m tests.benchmarks.start
	$(BIN)/python -m tests.benchmarks.threads
	$(BIN)/python -m tests.benchmarks.training reference --batch 1
	$(BIN)/python -m tests.benchmarks.training reference --batch 16
	$(BIN)/python -m tests.benchmarks.training overhead --rounds 25
	$(BIN)/python -m tests.benchmarks.training default
	$(BIN)/python -m tests.benchmarks.training ranks --rounds 3
	$(BIN)/python -m tests.benchmarks.rendering
	$(BIN)/python -m tests.benchmarks.reading
	$(BIN)/python -m tests.benchmarks.pictures
	$(BIN)/python -m tests.benchmarks.margins
	$(BIN)/python -m tests.benchmarks.sizes fontgan-kai --folder bench-sizes
	$(BIN)/python -m tests.benchmarks.tracing
	$(BIN)/python -m tests.benchmarks.merging $(wildcard assets/fonts/*.?tf)
	$(BIN)/python -m tests.benchmarks.subsets $(wildcard assets/fonts/*.?tf)
	$(BIN)/python -m tests.benchmarks.fonts assets/fonts/noto-sans-sc.otf $(wildcard assets/fonts/*.?tf)
	$(BIN)/python -m tests.benchmarks.front_door
	$(BIN)/python -m tests.benchmarks.front_door --style ma-shan-zheng

GLYPHS := judges-glyphs

judges: $(READY) ## the networks that judge glyphs, from open fonts that npm and apt-get fetch (hours)
	$(BIN)/python assets/weights/draw_fonts.py $(GLYPHS)
	$(BIN)/python assets/weights/train_recogniser.py $(GLYPHS) recogniser
	$(BIN)/python assets/weights/train_recogniser.py $(GLYPHS) judge
	$(BIN)/python assets/weights/draw_failures.py $(GLYPHS)
	$(BIN)/python assets/weights/train_verifier.py $(GLYPHS)

# At 64 px, as the tables of docs/benchmarks.md are.
bench-models: $(READY) ## every model for the same minutes: tables, sheets and a page in bench-models/ (half an hour)
	test -e bench-models/glyphs.lmdb || $(BIN)/fontgan render-dataset --size 64 --output bench-models/glyphs.lmdb
	$(BIN)/fontgan compare --data bench-models/glyphs.lmdb --model all --style fontgan-kai --style ma-shan-zheng \
		--minutes 3 --jobs 2 --output bench-models/all

clean: ## remove all that was made here, .venv too
	rm -rf $(VENV) data runs generated inspected plots checked compared evaluated reports bench-models bench-sizes judges-glyphs attacks.jsonl dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
	rm -f fonts/fontgan-kai.ttf fonts/fontgan-kai.html fonts/fontgan-kai-doubtful.txt
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): requirements.lock pyproject.toml
	@echo "Setting up $(VENV): the packages of requirements.lock, torch among them (a few minutes on a slow line)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || \
		{ echo "$(PYTHON) cannot make a virtual environment: on Debian and Ubuntu, apt install python3-venv"; exit 1; }
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "fontgan needs Python 3.11 or newer: make PYTHON=python3.11 $(MAKECMDGOALS)"; rm -rf $(VENV); exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $(READY)
