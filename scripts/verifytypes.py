"""Asks basedpyright whether every public symbol of the package has a complete type."""

import json
import subprocess
import sys
from typing import Any

PACKAGE = "saiondo_core"


def complaints(report: dict[str, Any]) -> list[str]:
    """Say what keeps *report*, basedpyright's JSON, from showing a completely typed package.

    A package that the checker does not find has no unknown symbol either, so one without symbols is refused.
    """
    known = report["typeCompleteness"]["exportedSymbolCounts"]
    if known["withKnownType"] == 0:
        return [f"{PACKAGE}: no public symbol found"]
    if known["withUnknownType"] == known["withAmbiguousType"] == 0:
        return []
    return [
        f"{symbol['name']}: {diagnostic['message']}"
        for symbol in report["typeCompleteness"]["symbols"]
        if symbol["isExported"] and not symbol["isTypeKnown"]
        for diagnostic in symbol["diagnostics"] or [{"message": "type unknown"}]
    ]


def main() -> int:
    """Print the verdict; return 0 if every public symbol has a complete type."""
    command = ["basedpyright", "--verifytypes", PACKAGE, "--ignoreexternal", "--outputjson"]
    output = subprocess.run(command, check=False, capture_output=True, text=True).stdout
    report = json.loads(output)
    found = complaints(report)
    symbols = report["typeCompleteness"]["exportedSymbolCounts"]["withKnownType"]
    print(*found, f"{symbols} public symbols with a complete type, {len(found)} complaints", sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
