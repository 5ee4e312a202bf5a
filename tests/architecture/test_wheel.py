"""The wheel that people install: what is in it, and that it works where nothing else is."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.architecture.house import PACKAGE, ROOT

UV = [sys.executable, "-m", "uv"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [*UV, "build", "--quiet", "--offline", "--wheel", "--no-build-isolation", "--out-dir", str(folder)]
    subprocess.run([*build, "--python", sys.executable, str(ROOT)], check=True)
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    """Every source file is in it, with `py.typed` and the licence; no test, script or document is."""
    ours = {str(path.relative_to(PACKAGE.parent)) for path in PACKAGE.rglob("*") if path.is_file()}
    with zipfile.ZipFile(wheel) as archive:
        found = {name for name in archive.namelist() if ".dist-info/" not in name}
        licences = [name for name in archive.namelist() if name.endswith("licenses/LICENSE")]

    assert {name for name in ours if not name.endswith(".pyc")} == found
    assert "saiondo_core/py.typed" in found
    assert 1 == len(licences)


def test_the_wheel_runs_the_first_example_of_the_readme(wheel: Path, tmp_path: Path) -> None:
    """Installed into an empty environment, with its dependencies only, it does what the README shows first."""
    example = re.search(r"^```python\n(.*?)^```$", (ROOT / "README.md").read_text("utf-8"), re.DOTALL | re.MULTILINE)
    assert example, "README.md has no example in Python"
    environment = tmp_path / "environment"
    python = install(wheel, environment)

    ran = subprocess.run(
        [python, "-I", "-W", "error", "-c", example[1]], cwd=tmp_path, check=False, capture_output=True, text=True
    )

    assert (0, "") == (ran.returncode, ran.stderr)


def install(wheel: Path, environment: Path) -> Path:
    """Install *wheel* into a new *environment*, at the locked versions; return its Python.

    The cache that built this environment usually has them all; only where it does not is the index asked.
    """
    subprocess.run([*UV, "venv", "--quiet", "--offline", "--python", sys.executable, str(environment)], check=True)
    (python,) = [*environment.glob("bin/python"), *environment.glob("Scripts/python.exe")]
    command = [*UV, "pip", "install", "--quiet", "--python", str(python), "--constraint", "requirements-dev.lock"]
    cached = subprocess.run([*command, "--offline", str(wheel)], cwd=ROOT, check=False, capture_output=True)
    if cached.returncode:
        fetched = subprocess.run([*command, str(wheel)], cwd=ROOT, check=False, capture_output=True, text=True)
        if "error sending request" in fetched.stderr:
            pytest.skip("the wheel's dependencies are neither cached nor to be fetched")
        assert "" == fetched.stderr
    return python
