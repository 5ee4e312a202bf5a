"""The pages of docs/reference/ that are written from the code."""

import re
from pathlib import Path

import pytest

from saiondo_core import UseCaseFactory, errors
from scripts.reference import main
from tests.composition.surface import operations


def test_the_pages_are_current() -> None:
    """What is kept in docs/reference/ is what the code says today; `./scripts/docs` writes it anew."""
    assert 0 == main(is_checking=True)


def test_checking_names_what_is_not_current_and_mends_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A page that is missing or was changed by hand fails the check, and is left as it is."""
    main(is_checking=False, folder=tmp_path)
    (tmp_path / "errors.md").unlink()
    (tmp_path / "ports.md").write_text("mine", "utf-8")
    capsys.readouterr()

    assert 1 == main(is_checking=True, folder=tmp_path)
    assert "errors.md is not current\nports.md is not current\n" == capsys.readouterr().out
    assert "mine" == (tmp_path / "ports.md").read_text("utf-8")
    assert not (tmp_path / "errors.md").exists()


def test_writing_makes_every_page_current(tmp_path: Path) -> None:
    """After it has written, nothing is left to write, and a page for each kind of thing is there."""
    assert 0 == main(is_checking=False, folder=tmp_path)
    assert 0 == main(is_checking=True, folder=tmp_path)
    assert {"errors.md", "events.md", "permissions.md", "ports.md", "settings.md", "use-cases.md"} == {
        path.name for path in tmp_path.iterdir()
    }


def test_every_operation_is_told(tmp_path: Path) -> None:
    """Each operation of the surface has its section, with its signature as the caller spells it."""
    main(is_checking=False, folder=tmp_path)
    told = (tmp_path / "use-cases.md").read_text("utf-8")
    surface = {entry.path for entry in operations(UseCaseFactory().create_all_use_cases())}

    assert surface <= set(re.findall(r"^### (.+)\n\n```text\n\1\(", told, re.MULTILINE))
    assert "self" not in re.findall(r"\w+", "".join(re.findall(r"```text\n(.+?)```", told, re.DOTALL)))


def test_every_error_is_told_once(tmp_path: Path) -> None:
    """Each error stands in one table, that of the branch that says what to do."""
    main(is_checking=False, folder=tmp_path)
    told = re.findall(r"^\| `(\w+Error)` \|", (tmp_path / "errors.md").read_text("utf-8"), re.MULTILINE)

    assert sorted(set(errors.__all__) - {"SaiondoError"}) == sorted(told)


def test_every_operation_stands_in_the_table_of_permissions(tmp_path: Path) -> None:
    """Each operation says which permission it asks for, and each of these says who holds it."""
    main(is_checking=False, folder=tmp_path)
    told = (tmp_path / "permissions.md").read_text("utf-8")
    surface = {entry.path for entry in operations(UseCaseFactory().create_all_use_cases())}
    asked = dict(re.findall(r"^\| `([a-z_.]+)` \| `([a-z_:]+)` \|", told, re.MULTILINE))

    # Without a shared cache there is no `cache.redis`.
    assert surface == {path for path in asked if not path.startswith("cache.redis.")}
    held = set(re.findall(r"^\| `([a-z]+:[a-z_]+)` \|", told, re.MULTILINE))
    assert {"auth:enter", "message:import", "session:issue", "user:ensure"} == set(asked.values()) - held
