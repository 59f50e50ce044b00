# Each target sets up what it needs: `make study` on a fresh clone creates the environment first.
PYTHON ?= python3
JOBS ?= 2
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: study test lab site bench clean lock
study: $(READY)
	$(BIN)/jiedao run --jobs $(JOBS)

test: $(READY)
	$(BIN)/python -m pytest $(ARGS)

lab: $(READY)
	$(BIN)/jupyter lab notebooks

site: $(READY)
	$(BIN)/python site/build.py

bench: $(READY)
	$(BIN)/python benchmarks/bench.py $(ARGS)

clean:
	rm -rf $(VENV) build dist site/_build benchmarks/.venv benchmarks/.work .pytest_cache .ruff_cache .hypothesis src/*.egg-info
	find . -name __pycache__ -o -name .ipynb_checkpoints | xargs rm -rf

# Build requirements come first, because jieba is published as source only. Every file is checked
# against its hash, and pip compiles bytecode here, so that jieba's SyntaxWarnings show now and
# never in a notebook.
$(READY): requirements-build.lock requirements.lock pyproject.toml
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install -q --compile --require-hashes -r requirements-build.lock
	$(BIN)/python -W ignore -m pip install -q --compile --no-build-isolation --require-hashes -r requirements.lock
	$(BIN)/python -m pip install -q --no-build-isolation --no-deps --no-index -e .
	touch $@

# For maintainers: refresh the pins (needs uv).
lock:
	uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-annotate --no-header -p 3.11 requirements-build.in -o requirements-build.lock
	uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-annotate --no-header -p 3.11 --extra test pyproject.toml -o requirements.lock
