"""What holds for every test: the examples in README.md and docs/ are tests, and properties have two profiles."""

import os

from hypothesis import settings
from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser, SkipParser

pytest_collect_file = Sybil(
    parsers=[PythonCodeBlockParser(), SkipParser()],
    patterns=["README.md", "docs/**/*.md"],
).pytest()

# A failure prints the blob that repeats it. No deadline: a busy machine is no counterexample.
settings.register_profile("short", print_blob=True, deadline=None)
settings.register_profile("long", settings.get_profile("short"), max_examples=1_000)
settings.load_profile("long" if os.environ.get("SAIONDO_LONG") else "short")
