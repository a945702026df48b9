# Two commands are enough: `make book` and `make test`.  Both set up .venv by themselves.
PYTHON ?= python3
export OMP_NUM_THREADS := 1
export OPENBLAS_NUM_THREADS := 1
export MKL_NUM_THREADS := 1
export PYTHONHASHSEED := 0

.PHONY: book test lab claims demo check clean set-up help

book: set-up  ## build the book; prints the path of its first page
	@.venv/bin/course book

test: set-up  ## run the tests, one seed a claim
	@.venv/bin/pytest -n 2 --dist loadgroup --max-worker-restart 0 $(TIMED)

lab: set-up  ## open JupyterLab on the classroom, with formgrader
	@.venv/bin/course lab

claims: set-up  ## run every claim over all its seeds
	@.venv/bin/course claims --jobs 2

demo: set-up  ## a whole term in miniature, with made-up students
	@.venv/bin/course demo

check: set-up  ## lint, types, spelling
	@.venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/oxlint book/_static src/coursekit/live/static src/coursekit/book/search/static src/coursekit/book/reading/static src/coursekit/book/slides/static/slides/start.js && .venv/bin/mypy && git ls-files -z | xargs -0 .venv/bin/codespell

clean:  ## remove what was built; keeps .venv and classroom/
	@rm -rf _build .cache book/assignments book/_extra/kits book/_extra/live

set-up:
	@command -v $(PYTHON) >/dev/null || { echo "no '$(PYTHON)' here: install Python 3.11 or newer, or name it: make book PYTHON=/path/to/python"; exit 1; }
	@$(PYTHON) tools/set_up.py

help:
	@grep -E '^[a-z-]+:.*##' Makefile | sed 's/:.*## /\t/'
