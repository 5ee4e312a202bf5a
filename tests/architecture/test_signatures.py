"""What public signatures say."""

import ast
from pathlib import Path

import pytest

from tests.architecture.house import PACKAGE, parsed, sources


def vague(tree: ast.Module) -> list[int]:
    """List the lines of *tree* on which an annotation says `Any`."""
    annotations = [
        annotation
        for node in ast.walk(tree)
        for annotation in (
            getattr(node, "annotation", None),
            getattr(node, "returns", None),
        )
        if isinstance(annotation, ast.expr)
    ]
    names = [name for annotation in annotations for name in ast.walk(annotation)]
    return [
        name.lineno
        for name in names
        if (isinstance(name, ast.Name) and name.id == "Any") or (isinstance(name, ast.Attribute) and name.attr == "Any")
    ]


@pytest.mark.parametrize("source", sources(), ids=lambda source: str(source.relative_to(PACKAGE)))
def test_no_annotation_says_any(source: Path) -> None:
    """Types are told, not waived: no parameter, result or field is `Any`."""
    assert [] == vague(parsed(source))


def test_any_would_be_noticed() -> None:
    """The search finds `Any` as it stands and deep inside another type."""
    tree = ast.parse("x: Any\ndef f(a: dict[str, typing.Any]) -> list[Any]: ...\ndef g(a: int) -> str: ...")

    assert [1, 2, 2] == vague(tree)
