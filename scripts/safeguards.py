"""Removes one safeguard after another and demands that the tests notice.

Each ``tests/safeguards/*.patch`` begins with what it takes away and which tests are to notice, then comes the diff::

    # safeguard: a repeated send with the same key stays one message
    # tests: tests/messages/test_send_message.py -k retry

Every file that ``tests`` names must have a failing test; the other words go to pytest as they are. Without that line
the whole suite runs, up to its first failure. A patch that no longer applies, a suite that cannot be collected and
one that hangs are no proof, and count as failures here.
"""

import argparse
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
AT_ONCE = 2
SUITE_SECONDS = 600
TESTS_FAILED = 1  # pytest's exit code; 2 to 5 say that the tests did not run as they should.


@dataclass(frozen=True, kw_only=True)
class Safeguard:
    """What a patch takes away, and which tests are to notice."""

    name: str
    claim: str
    tests: tuple[str, ...]

    @property
    def files(self) -> frozenset[str]:
        """The test files that must fail, if the patch names any."""
        return frozenset(word.partition("::")[0] for word in self.tests if word.startswith("tests/"))


@dataclass(frozen=True, kw_only=True)
class Run:
    """How pytest ended: its exit code, and what it said."""

    code: int
    output: str

    @property
    def failures(self) -> tuple[str, ...]:
        """The files of the tests that failed or could not be set up, one entry per test."""
        return tuple(re.findall(r"^(?:FAILED|ERROR) ([^\s:]+)::", self.output, re.MULTILINE))

    @property
    def last_line(self) -> str:
        """What pytest said in the end."""
        return self.output.strip().rpartition("\n")[2]


def read_header(name: str, patch: str) -> Safeguard:
    """Read what stands before the diff of *patch*.

    Raises:
        ValueError: It does not say what it takes away, or has a line of another kind.
    """
    said: dict[str, str] = {}
    for line in patch.splitlines():
        if not line.startswith("#"):
            break
        key, _, value = line.removeprefix("#").partition(":")
        if key.strip() not in {"safeguard", "tests"} or not value.strip():
            message = f"{name}: expected '# safeguard: …' or '# tests: …', not {line!r}"
            raise ValueError(message)
        said[key.strip()] = value.strip()
    if "safeguard" not in said:
        message = f"{name}: no line '# safeguard: …' says what it takes away"
        raise ValueError(message)
    return Safeguard(name=name, claim=said["safeguard"], tests=tuple(shlex.split(said.get("tests", "-x"))))


def objection(safeguard: Safeguard, run: Run) -> str | None:
    """Say why *run* is no proof that the tests notice the loss of *safeguard*; None if it is one."""
    if run.code == 0:
        return "nothing noticed"
    if run.code != TESTS_FAILED:
        return f"the tests did not run (pytest's exit code {run.code}): {run.last_line}"
    if unmoved := safeguard.files - set(run.failures):
        return f"not noticed in {', '.join(sorted(unmoved))}"
    return None


def tree() -> list[Path]:
    """List what git tracks or would track, relative to the root."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [Path(name) for name in listed.split("\0") if name and (ROOT / name).is_file()]


@contextmanager
def copied_tree() -> Generator[Path]:
    """Lend a copy of the working tree, whose package is the one that gets imported there.

    Raises:
        RuntimeError: Another copy of the package is in the way.
    """
    with tempfile.TemporaryDirectory(prefix="safeguard-") as folder:
        copy = Path(folder).resolve()
        for path in tree():
            (copy / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / path, copy / path)
        where = [sys.executable, "-c", "import saiondo_core; print(saiondo_core.__file__)"]
        imported = subprocess.run(where, cwd=copy, env=environment(copy), check=True, capture_output=True, text=True)
        if not Path(imported.stdout.strip()).is_relative_to(copy):
            message = f"the tests would import {imported.stdout.strip()}, not the copy in {copy}"
            raise RuntimeError(message)
        yield copy


def environment(copy: Path) -> dict[str, str]:
    """Make the environment in which the package in *copy* comes first, and the chat data is still found."""
    data = os.environ.get("SAIONDO_DATA") or ROOT.parent / "shared" / "data"
    return os.environ | {"PYTHONPATH": str(copy / "src"), "SAIONDO_DATA": str(Path(data).resolve())}


def run_tests(copy: Path, *arguments: str) -> Run:
    """Run pytest in *copy*."""
    command = [sys.executable, "-m", "pytest", "-q", "-rfE", "--color=no", "--tb=short", *arguments]
    try:
        ended = subprocess.run(
            command,
            cwd=copy,
            env=environment(copy),
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SUITE_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return Run(code=-1, output=f"still running after {SUITE_SECONDS} s")
    return Run(code=ended.returncode, output=ended.stdout)


def try_without(patch: Path) -> tuple[str | None, str]:
    """Run the tests without the safeguard that *patch* removes; return the objection, if any, and a summary."""
    began = time.monotonic()
    try:
        safeguard = read_header(patch.name, patch.read_text(encoding="utf-8"))
    except ValueError as error:
        return str(error), ""
    with copied_tree() as copy:
        apply = ["git", "apply", "--whitespace=nowarn", str(patch.resolve())]
        alone = os.environ | {"GIT_CEILING_DIRECTORIES": str(copy.parent)}
        applied = subprocess.run(apply, cwd=copy, env=alone, check=False, capture_output=True, text=True)
        if applied.returncode:
            return f"does not apply: {applied.stderr.strip()}", safeguard.claim
        run = run_tests(copy, *safeguard.tests)
    seconds = time.monotonic() - began
    return objection(safeguard, run), f"{safeguard.claim} ({len(run.failures)} failed in {seconds:.0f} s)"


def main(arguments: list[str] | None = None) -> int:
    """Try each patch whose name contains one of *arguments*, or all of them; return 0 if each was noticed."""
    parser = argparse.ArgumentParser(prog="./scripts/test --safeguards", description="Try the tests themselves.")
    parser.add_argument("names", nargs="*", help="only patches with one of these in their name")
    wanted = parser.parse_args(arguments).names
    patches = [
        patch
        for patch in sorted((ROOT / "tests" / "safeguards").glob("*.patch"))
        if not wanted or any(part in patch.name for part in wanted)
    ]
    if not patches:
        print("RED: no such patch in tests/safeguards")
        return 1

    print("With every safeguard in place, the suite has to be green …", flush=True)
    with copied_tree() as copy:
        whole = run_tests(copy, "--numprocesses", "auto", "--dist", "loadfile")
    if whole.code:
        print(whole.output, "RED: the suite fails as it is, so its failures prove nothing.", sep="\n")
        return 1

    print(f"It is. Now without one of {len(patches)} at a time:", flush=True)
    failed = 0
    with ThreadPoolExecutor(AT_ONCE) as pool:
        pending = {pool.submit(try_without, patch): patch.name for patch in patches}
        for done, future in enumerate(as_completed(pending), start=1):
            complaint, summary = future.result()
            failed += complaint is not None
            verdict = f"NO PROOF {pending[future]}: {complaint};" if complaint else f"noticed {pending[future]}:"
            print(f"[{done}/{len(patches)}] {verdict} {summary}", flush=True)
    print("RED: see above" if failed else "GREEN: the tests notice the loss of each safeguard")
    print(f"Safeguards: {len(patches) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
