"""The check that every public symbol has a complete type."""

from typing import Any

from scripts.verifytypes import complaints


def report(*, known: int, unknown: int = 0, symbols: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """Make a report as basedpyright writes it, of what is read here."""
    counts = {"withKnownType": known, "withAmbiguousType": 0, "withUnknownType": unknown}
    return {"typeCompleteness": {"exportedSymbolCounts": counts, "symbols": symbols or []}}


def test_complete_types_raise_no_complaint() -> None:
    """A package whose symbols all have known types passes."""
    assert [] == complaints(report(known=3))


def test_a_package_that_was_not_found_is_refused() -> None:
    """Without symbols nothing was shown, though nothing is unknown either."""
    assert ["saiondo_core: no public symbol found"] == complaints(report(known=0))


def test_an_unknown_type_is_named() -> None:
    """A public symbol of unknown type is named with what the checker says; private ones are left out."""
    symbols: list[dict[str, Any]] = [
        {"name": "a.f", "isExported": True, "isTypeKnown": False, "diagnostics": [{"message": "no return type"}]},
        {"name": "a._g", "isExported": False, "isTypeKnown": False, "diagnostics": []},
        {"name": "a.h", "isExported": True, "isTypeKnown": True, "diagnostics": []},
    ]

    assert ["a.f: no return type"] == complaints(report(known=1, unknown=1, symbols=symbols))
