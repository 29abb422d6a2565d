# `make` lists what there is to make.
.DEFAULT_GOAL := help
.PHONY: help run test lint bench mutants fuzz screenshots docs clean install install-test

DATA_DIR ?= var
BIN := .venv/bin
CODE := $(wildcard verify issuers gateway tests bench)

help:  ## list these targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 8

run: install  ## serve a sample world on http://127.0.0.1:8000
	@test -f $(DATA_DIR)/world.json || $(BIN)/transcript-gateway sample --out $(DATA_DIR)
	@DATA_DIR=$(DATA_DIR) exec $(BIN)/transcript-gateway serve

test: install-test  ## run every test; verify/ must be covered to the last branch
	$(BIN)/pytest --numprocesses=auto --dist=loadfile --cov

lint: install-test  ## check style, format and types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy $(CODE)

bench: install-test  ## time engine, QR codes, registry, requests and harmful files against floors and peers (half an hour)
	$(BIN)/python -m bench.engine
	$(BIN)/python -m bench.qr
	$(BIN)/python -m bench.registry
	$(BIN)/python -m bench.http
	$(BIN)/python -m bench.hostile

mutants: install-test  ## change one operator of the engine at a time; some case must fail
	$(BIN)/python -m bench.mutants

fuzz: install-test  ## bend PDFs, QR codes and CMS by what they reach in the engine, half an hour each
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[fuzz]'
	DATA_DIR=$(DATA_DIR) $(BIN)/python tests/fuzzing.py pdf
	DATA_DIR=$(DATA_DIR) $(BIN)/python tests/fuzzing.py qr
	DATA_DIR=$(DATA_DIR) $(BIN)/python tests/fuzzing.py cms

screenshots: install-test  ## take the pictures of docs/img/ anew, of an invented school
	$(BIN)/python tests/screenshots.py

docs: install-test  ## check that the documents say what the code does
	$(BIN)/pytest -k docs

clean:  ## remove what install and the tools made; var/ stays
	rm -rf .venv .coverage* .hypothesis .mypy_cache .pytest_cache .ruff_cache *.egg-info
	find $(CODE) -name __pycache__ -type d -prune -exec rm -rf {} +

install:
	@sh install.sh

install-test:
	@sh install.sh test
