"""The documentation as a site: built without a warning, and complete."""

import subprocess
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parent.parent / "docs"


@pytest.mark.slow
def test_the_site_is_built_without_a_warning(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html"]
    done = subprocess.run(
        [*command, str(DOCS), str(tmp_path)], capture_output=True, text=True, timeout=200
    )
    assert done.returncode == 0, done.stderr
    for page in DOCS.glob("*.md"):
        assert (tmp_path / page.with_suffix(".html").name).is_file(), page.name
    text = (tmp_path / "index.html").read_text()
    assert "detective.html" in text
    assert "//cdn" not in text  # it is read without a network


def test_every_page_is_in_the_contents() -> None:
    contents = (DOCS / "index.md").read_text().splitlines()
    pages = {page.stem for page in DOCS.glob("*.md")} - {"index"}
    assert pages <= {*contents}, pages - {*contents}
