# Two commands suffice: `make run` starts the whole platform, `make test` runs every test.
# Everything is installed into .venv from files that pin each package by its hash.

BIN := .venv/bin
RUNTIME := .venv/.runtime-installed
DEV := .venv/.dev-installed
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
export DEBIAN_FRONTEND := noninteractive
PYTEST := $(BIN)/pytest -n 2
CHROMIUM ?= /usr/bin/chromium
BROWSER_INSTALL := apt-get update && apt-get install -y --no-install-recommends chromium fontconfig fonts-noto-cjk
# The first interpreter that is new enough.
PYTHON ?= $(shell for name in python3.11 python3 python3.12 python3.13 python3.14; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)

.PHONY: setup run test quick check bench lock browser

setup: $(RUNTIME)

run: $(RUNTIME)
	@exec $(BIN)/python servers.py run

test: $(DEV)
	@if $(MAKE) --no-print-directory browser; then $(PYTEST); \
	else $(PYTEST) -m "not browser"; $(MAKE) --no-print-directory browser; exit 1; fi

quick: $(DEV)
	$(PYTEST) -m "not browser and not processes"

check: $(DEV)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy .
	$(BIN)/pytest -q tests/test_rooms.py

bench: $(DEV)
	PYTHONPATH=. $(BIN)/python tests/bench/run.py

# The browser and Chinese fonts of the system, installed where we may.
browser:
	@if [ -x "$(CHROMIUM)" ] && fc-list :lang=zh 2>/dev/null | grep -q .; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then { $(BROWSER_INSTALL); } >/dev/null; \
	else echo '缺少浏览器或中文字体，浏览器测试没有运行。请用管理员身份执行：$(BROWSER_INSTALL)' >&2; exit 1; fi

# For whoever changes requirements*.in: the same lock for every system and Python version, without addresses.
# Extras stay in it: pip else takes a newer release for them and refuses it.
lock: $(RUNTIME)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	for name in requirements requirements-dev; do $(BIN)/uv pip compile --quiet --universal --python-version 3.11 \
		--generate-hashes --no-strip-extras --no-emit-index-url --no-header $$name.in -o $$name.txt || exit 1; done

$(RUNTIME): requirements.txt
	@test -n "$(PYTHON)" || { echo '需要 Python 3.11 或更新的版本。Debian、Ubuntu 请执行：apt-get install python3 python3-venv' >&2; exit 1; }
	@test -x $(BIN)/pip && $(BIN)/python -c '' 2>/dev/null || $(PYTHON) -m venv --clear .venv || { rm -rf .venv; \
		echo '不能建立 Python 虚拟环境。Debian、Ubuntu 请用管理员身份执行：apt-get install python3-venv，然后重试' >&2; exit 1; }
	@echo '正在安装所需的软件包……'
	@$(INSTALL) -r requirements.txt
	@touch $@

$(DEV): requirements-dev.txt $(RUNTIME)
	@$(INSTALL) -r requirements-dev.txt
	@touch $@
