"""Measures the hot paths that are named, or all of them, and keeps what was measured beside this file."""

import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from time import perf_counter

from rich.console import Console
from rich.table import Table

from benchmarks import results
from benchmarks.measuring import NAMES, measured_apart
from benchmarks.plot import draw
from benchmarks.rows import HEADINGS, HotPath, cells
from benchmarks.texts import NoTextError


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what *arguments* name; the exit code is 2 where there is nothing to measure with.

    A goal that is missed is no failure: it is told, with the profile that explains it. Nothing is written before all
    that is asked for was measured.
    """
    parser = ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("names", metavar="NAME", nargs="*", help=", ".join(NAMES))
    parser.add_argument("--profile", action="store_true", help="tell what each case spends its time on")
    options = parser.parse_args(arguments)
    if unknown := set(options.names) - set(NAMES):
        parser.error(f"nobody knows {', '.join(sorted(unknown))}: there are {', '.join(NAMES)}")
    console = Console()
    measured: list[HotPath] = []
    for name in options.names or NAMES:
        began = perf_counter()
        try:
            measured.append(measured_apart(name, profiles=options.profile))
        except NoTextError as error:
            parser.error(str(error))
        show(measured[-1], console)
        console.print(f"[dim]{name}: {perf_counter() - began:.0f} s[/]")
    paths = results.merged(results.read(), measured, NAMES)
    results.write(paths)
    draw(paths, results.FOLDER / "results.svg")
    return 0


def show(path: HotPath, console: Console) -> None:
    """Print what was measured of *path*."""
    table = Table(*HEADINGS, title=path.title, caption=path.measured_with, show_lines=True)
    for row in path.rows:
        table.add_row(*cells(row))
    console.print(table)
    for row in path.rows:
        if row.profile:
            console.print(f"What explains “{row.case}”:", row.profile, sep="\n", markup=False, highlight=False)


if __name__ == "__main__":
    sys.exit(main())
