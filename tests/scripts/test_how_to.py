"""The tests that docs/how-to/ shows: whoever copies them has tests that run."""

import re

import pytest

from scripts.reference import FOLDER

pytest_plugins = ("pytester",)

CODE = re.compile(r"```python\n(.+?)```", re.DOTALL)


@pytest.mark.parametrize(("page", "blocks", "passed"), [("test-your-app", 1, 2), ("write-an-adapter", 2, 6)])
def test_the_tests_of_a_page_pass(pytester: pytest.Pytester, page: str, blocks: int, passed: int) -> None:
    """The first blocks of the page, copied into one file, are so many tests, and all of them pass."""
    text = (FOLDER.parent / "how-to" / f"{page}.md").read_text("utf-8")
    pytester.makepyfile("\n".join(CODE.findall(text)[:blocks]))

    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=passed)
