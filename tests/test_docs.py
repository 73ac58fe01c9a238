"""Every code block of the documentation runs: Python in order on each page, commands in a shell."""

import doctest
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^( *)```(\w+)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
LANGUAGES = {"python", "console", "sh", "text", "toml"}
"""python and console blocks run here; the README's sh blocks are run by .ci/run and by hand."""


def blocks(page: Path, language: str) -> list[str]:
    """The code blocks of a page in one language, without their indentation."""
    found = []
    for indent, name, text in BLOCK.findall(page.read_text()):
        assert name in LANGUAGES, f"{page.name}: a block in {name!r} is run by nobody"
        if name == language:
            found.append("".join(line[len(indent) :] for line in text.splitlines(keepends=True)))
    return found


def identify(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=identify)
def test_python_blocks_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    # A page is one program: run it in a process of its own, as a reader would.
    program = "\n\n".join(blocks(page, "python"))
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, timeout=120
    )
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize("page", PAGES, ids=identify)
def test_console_blocks_print_what_they_show(page: Path, tmp_path: Path) -> None:
    """Lines after ``$ `` are commands of this environment; the rest is their output."""
    environment = dict(os.environ)
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    environment.update(COLUMNS="100", NO_COLOR="1", TERM="dumb")
    checker = doctest.OutputChecker()
    count = 0
    for block in blocks(page, "console"):
        for chunk in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, expected = chunk.partition("\n")
            run = subprocess.run(
                ["sh", "-c", command],
                cwd=tmp_path,
                env=environment,
                timeout=240,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            output = run.stdout
            options = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
            assert not expected or checker.check_output(expected, output, options), output
            assert run.returncode == 0 or "error" in expected, output
            count += 1
    assert count == len(re.findall(r"^ *\$ ", page.read_text(), flags=re.MULTILINE))


@pytest.mark.parametrize("page", PAGES, ids=identify)
def test_links_to_files_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text())
    assert not [target for target in targets if not (page.parent / target).exists()]
