"""What several test files share: the reading site, built once."""

import subprocess
import sys
from pathlib import Path

import pytest

STUDY = Path(__file__).parent.parent


def pytest_addoption(parser):
    parser.addoption("--site", type=Path, help="test this site (a folder html) instead of building it")


@pytest.fixture(scope="session")
def built(request, tmp_path_factory) -> Path:
    """The folder of the site's pages."""
    if given := request.config.getoption("site"):
        return given.resolve()
    out = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, STUDY / "site/build.py", "--out", out], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return out / "html"
