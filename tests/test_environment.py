"""The ways to set the project up say the same: pyproject, locks, environment.yml, wheel, CI."""

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from rattler import MatchSpec

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
BASE = [Requirement(line) for line in PROJECT["dependencies"]]
TEST = [Requirement(line) for line in PROJECT["optional-dependencies"]["test"]]
LOCKS = ("requirements.lock", "requirements-build.lock")
CONDA = {"matplotlib": "matplotlib-base"}


def entries(lock):
    """The entries of a lock, each with its continuation lines."""
    text = re.sub(r"(?m)^\s*#.*\n", "", (ROOT / lock).read_text("utf-8"))
    return [entry for entry in re.sub(r"\\\n\s*", " ", text).splitlines() if entry.strip()]


def pins(lock):
    """The versions that hold for this Python on this system, by name."""
    found = [Requirement(entry.split(" --hash=")[0]) for entry in entries(lock)]
    return {canonicalize_name(r.name): r for r in found if r.marker is None or r.marker.evaluate()}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_line_of_a_lock_is_pinned_and_hashed(lock):
    assert len(entries(lock)) > 3
    for entry in entries(lock):
        requirement, *hashes = entry.split(" --hash=")
        (pin,) = Requirement(requirement).specifier
        assert pin.operator == "==" and "*" not in pin.version, entry
        assert hashes and all(re.fullmatch(r"sha256:[0-9a-f]{64}", h.strip()) for h in hashes), entry


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_host(lock):
    text = (ROOT / lock).read_text("utf-8")
    assert not re.findall(
        r"(?im)^.*(?:://|\bindex-url\b|\bfind-links\b|\s@\s|\.(?:org|com|io|net)\b).*$", text
    )


@pytest.mark.parametrize("requirement", BASE + TEST, ids=str)
def test_a_dependency_is_locked_within_its_bound(requirement):
    (pin,) = pins("requirements.lock")[canonicalize_name(requirement.name)].specifier
    assert requirement.specifier.contains(pin.version)


def test_what_building_needs_is_locked():
    build = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["build-system"]["requires"]
    locked = pins("requirements-build.lock")
    for requirement in map(Requirement, [*build, "setuptools"]):  # jieba is published as source only
        (pin,) = locked[canonicalize_name(requirement.name)].specifier
        assert requirement.specifier.contains(pin.version)


@pytest.fixture(scope="module")
def conda():
    """The entries of environment.yml: conda's, and pip's."""
    entries = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))["dependencies"]
    (pip,) = [entry["pip"] for entry in entries if isinstance(entry, dict)]
    return [MatchSpec(entry) for entry in entries if isinstance(entry, str)], pip


def test_conda_names_and_bounds_are_those_of_pyproject(conda):
    specs, pip = conda
    stated = {spec.name.normalized: str(spec.version) for spec in specs if spec.version is not None}
    expected = {CONDA.get(r.name, r.name): str(r.specifier) for r in BASE}
    python = stated.pop("python")
    assert Requirement(f"python{PROJECT['requires-python']}").specifier.contains(python.strip("=*."))
    stated["python"] = expected["python"] = python
    assert stated == expected
    assert {spec.name.normalized for spec in specs} == set(stated) | {"pip"}
    assert pip in (["-e ."], ["."])


def test_binder_takes_environment_and_python_from_it():
    """A dry run of what Binder does; without a fixed minor version it would start from an older Python."""
    command = [Path(sys.executable).with_name("repo2docker"), "--no-build", "--debug", "."]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "env update" in done.stdout + done.stderr
    assert "environment.yml" in done.stdout + done.stderr
    assert "Building conda environment for python=3.11" in done.stdout + done.stderr


def test_environment_yml_names_one_community_channel():
    read = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
    assert [c for c in read["channels"] if c != "nodefaults"] == ["conda-forge"]
    assert read["name"] == PROJECT["name"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The names of the files in a wheel built from the tree."""
    folder = tmp_path_factory.mktemp("wheel")
    options = ["--no-build-isolation", "--no-deps", "--no-index", "--disable-pip-version-check", "-q"]
    command = [sys.executable, "-m", "pip", "wheel", *options, "-w", str(folder), str(ROOT)]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    (file,) = folder.glob("*.whl")
    return zipfile.ZipFile(file).namelist()


@pytest.mark.parametrize(
    ("source", "pattern", "target"),
    [
        ("src/jiedao", "*.py", "jiedao"),
        ("src/jiedao", "*.mplstyle", "jiedao"),
        ("src/jiedao/fonts", "*", "jiedao/fonts"),
        ("data/lexicon", "*.csv", "jiedao/data/lexicon"),
        ("notebooks", "*.ipynb", "jiedao/data/notebooks"),
    ],
)
def test_the_wheel_holds_what_the_package_reads(wheel, source, pattern, target):
    expected = {f"{target}/{p.name}" for p in (ROOT / source).glob(pattern) if p.is_file()}
    assert expected and expected <= set(wheel)


def test_the_wheel_holds_nothing_else(wheel):
    assert {name.split("/")[0] for name in wheel} == {"jiedao", f"jiedao-{PROJECT['version']}.dist-info"}
    assert not [n for n in wheel if "__pycache__" in n or ".ipynb_checkpoints" in n or n.endswith(".part")]


@pytest.mark.parametrize("command", ["make study", "make test"])
def test_ci_calls_the_commands_of_the_readme(command):
    script = (ROOT / ".ci/run").read_text("utf-8")
    assert re.search(rf"(?m)^\s*{command}\b", script)
    assert command in (ROOT / "README.md").read_text("utf-8")
    assert re.search(rf"(?m)^{command.split()[1]}:", (ROOT / "Makefile").read_text("utf-8"))
