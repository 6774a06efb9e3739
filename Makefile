# Everything that a person or a machine does with this checkout. `make` alone lists it.
# Needs Debian (or any Linux with glibc), Python 3.11 or later, and make; the rest is installed into .venv.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.ONESHELL:

PYTHON ?= $(shell for each in python3.11 python3 python3.12 python3.13; do \
	command -v $$each >/dev/null && $$each -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { echo $$each; break; }; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
INSTALL := $(PIP) install --quiet --require-hashes --no-deps
CODE := $(wildcard chengxin chengxin_verify demo benchmarks tests)

# Tools that only look at the code start no server and keep what they write in here.
LOOK := CHENGXIN_START_SERVER=False CHENGXIN_HOME=$(CURDIR)/build/look

# Words for pytest, such as `make test PYTEST='-k ingest'`.
PYTEST ?= -n 2 --dist loadgroup --no-loadscope-reorder

.PHONY: help init lock audit outdated test lint law demo bench serve stop system

help: ## 列出全部目标 / list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 16

init: .venv/.dev ## 建立环境 / make the environment

demo: .venv/.base ## 建一座虚构的城市并演示 / build the invented city and show it
	$(BIN)/python -m demo

test: .venv/.dev system lint ## 全部检查与测试 / every check and test
	$(BIN)/python -m pytest $(PYTEST)

lint: .venv/.dev ## 代码检查 / checks of the code
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check --quiet $(CODE)
	$(BIN)/lint-imports --no-logo --cache-dir build/import-linter
	$(LOOK) $(BIN)/mypy $(CODE)

law: .venv/.base ## 检查法律库的每处引用 / check each citation of the lawbook
	$(BIN)/chengxin law --check

bench: .venv/.dev ## 性能测试 / the benchmarks
	$(BIN)/python -m benchmarks

serve: .venv/.base ## 提供网页与接口 / serve the pages and the API
	$(BIN)/chengxin serve

stop: .venv/.base ## 停止内嵌的数据库 / stop the embedded database
	$(BIN)/chengxin stop

# Where nobody can be asked: make audit ADVISORIES=a folder of OSV files, such as a copy of the PyPA's advisory database.
audit: .venv/.dev ## 依赖的已知漏洞 / known weaknesses of what is pinned
ifdef ADVISORIES
	$(BIN)/python -m tests.advisories "$(ADVISORIES)" requirements/base.txt requirements/dev.txt
else
	$(PIP) install --quiet pip-audit
	for each in base dev; do
		$(BIN)/pip-audit --strict --disable-pip --no-deps --requirement requirements/$$each.txt
	done
endif

lock: .venv/.dev ## 重新固定依赖的版本 / pin the dependencies anew
	$(PIP) install --quiet uv
	for each in base dev; do
		$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
			--no-emit-index-url --no-emit-find-links requirements/$$each.in -o requirements/$$each.txt
	done

outdated: .venv/.dev ## 有了新版本的依赖 / pins of which a newer release is out
	$(PIP) list --outdated --format columns

# ---- set-up, each step once

.venv/.made:
	@if [ -z "$(PYTHON)" ]; then
		echo "没有找到 Python 3.11 或更新的版本。 / No Python 3.11 or later was found: apt-get install python3" >&2; exit 1
	fi
	if ! $(PYTHON) -m ensurepip --version >/dev/null 2>&1; then
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
			apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv >/dev/null
		else
			echo "缺少 python3-venv。 / Python's venv is missing: sudo apt-get install python3-venv" >&2; exit 1
		fi
	fi
	echo "建立环境 .venv / making the environment .venv ($$($(PYTHON) --version))"
	$(PYTHON) -m venv .venv
	touch $@

# The console command runs this checkout; installing the project as a package would do the same for its users.
.venv/.base: requirements/base.txt .venv/.made
	@echo "安装运行所需的软件包 / installing what the program needs"
	$(INSTALL) -r requirements/base.txt
	for each in chengxin:chengxin.site.cli chengxin-verify:chengxin_verify.cli; do
		printf '#!%s\nimport sys\n\nsys.path.insert(0, "%s")\nfrom %s import main\n\nmain()\n' \
			'$(CURDIR)/$(BIN)/python' '$(CURDIR)' "$${each#*:}" > $(BIN)/$${each%%:*}
		chmod +x $(BIN)/$${each%%:*}
	done
	touch $@

.venv/.dev: requirements/dev.txt .venv/.base
	@echo "安装测试所需的软件包 / installing what the tests need"
	$(INSTALL) -r requirements/dev.txt
	touch $@

# A browser, a Chinese font and what Playwright's own program is linked with, for the tests of the pages; Java (17 or 21) for
# those of Spark.
system:
	@missing=
	command -v chromium >/dev/null || missing="$$missing chromium"
	ls /usr/share/fonts/opentype/noto/NotoSansCJK-*.ttc >/dev/null 2>&1 || missing="$$missing fonts-noto-cjk"
	ls /usr/lib/*/libatomic.so.1 >/dev/null 2>&1 || missing="$$missing libatomic1"
	command -v java >/dev/null || missing="$$missing default-jre-headless"
	[ -n "$$missing" ] || exit 0
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
		echo "安装 / installing:$$missing"
		apt-get update -qq
		DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null
	else
		echo "测试缺少 / the tests need:$$missing (sudo apt-get install$$missing)" >&2; exit 1
	fi
