"""What the lines of IRC logs are."""

from collections import Counter
from pathlib import Path

import pytest

from examples.replay.irc import Kind, Line, UnreadableLineError, parse_line, read_log
from tests.examples.data import LOGS, needs_logs


@pytest.mark.parametrize(
    ("text", "kind", "nick", "said"),
    [
        ("[09:57] <topyli> yeah, 네", Kind.SAID, "topyli", "yeah, 네"),
        ("[09:57] <topyli>  two spaces ", Kind.SAID, "topyli", " two spaces "),
        ("[09:59] <Scooter> <Agrajag> try ZNES", Kind.SAID, "Scooter", "<Agrajag> try ZNES"),
        ("[12:41] <Sh0rtWave> a\x1cb", Kind.SAID, "Sh0rtWave", "a\x1cb"),
        ("[09:57] <bur[n] er> hi", Kind.SAID, "bur[n]er", "hi"),
        ("[11:25] <pirate> ", Kind.BLANK, "pirate", ""),
        ("[08:29] <unique>", Kind.BLANK, "unique", ""),
        ("", Kind.BLANK, "", ""),
        ("[07:06]  * Daisuke_Ido headdesks", Kind.SAID, "Daisuke_Ido", "/me headdesks"),
        ("[06:56]  * |Matt|AFK| is away", Kind.SAID, "|Matt|AFK|", "/me is away"),
        ("[06:56]  * nobody ", Kind.BLANK, "nobody", ""),
        ("=== stuff shrug", Kind.SAID, "stuff", "/me shrug"),
        ("=== g[r] eek bows to Frogzoo", Kind.SAID, "g[r]eek", "/me bows to Frogzoo"),
        ("=== Erlik      <debian> by <erlik>", Kind.SAID, "Erlik", "/me <debian> by <erlik>"),
        ("=== dave [~dave@host.example]  has joined #ubuntu", Kind.JOINED, "dave", "#ubuntu"),
        ("=== [m0rph]  [~morph@p83.example]  has joined #Ubuntu", Kind.JOINED, "[m0rph]", "#Ubuntu"),
        ("=== [B] olinho [n=b@201.67.184.74]  has joined #ubuntu", Kind.JOINED, "[B]olinho", "#ubuntu"),
        ('=== PD [~KID@203.109.86.7]  has left #ubuntu ["Leaving"] ', Kind.LEFT, "PD", ""),
        ('=== PD [~KID@203.109.86.7]  has quit ["Leaving"]', Kind.LEFT, "PD", ""),
        ("=== nir_ is now known as nir", Kind.RENAMED, "nir_", "nir"),
        ("=== jsec[AFK] is now known as jsec", Kind.RENAMED, "jsec[AFK]", "jsec"),
        ("=== server_ is now known as Bart] ", Kind.RENAMED, "server_", "Bart]"),
        ("=== mode/#ubuntu [+o Seveas]  by ChanServ", Kind.NOTICE, "", "mode"),
        ("=== netjoined: irc.example -> kornbluth.example", Kind.NOTICE, "", "netjoined"),
        ("=== Topic for #ubuntu: be kind", Kind.NOTICE, "", "Topic"),
    ],
)
def test_each_form_is_known(text: str, kind: Kind, nick: str, said: str) -> None:
    """A line is what it says, of whom it says, and what is said keeps its spaces."""
    assert Line(number=7, kind=kind, nick=nick, text=said) == parse_line(text, 7)


@pytest.mark.parametrize("text", ["hello", "[9:57] <a> b", "===", "[09:57] a b", "-!- a joined"])
def test_nothing_else_is_a_line(text: str) -> None:
    """What has none of the forms is not taken for one."""
    assert parse_line(text, 1) is None


def test_only_newlines_end_lines(tmp_path: Path) -> None:
    """Other separators are text, a mark at the beginning and carriage returns are not."""
    path = tmp_path / "log.txt"
    path.write_bytes("\ufeff[00:00] <a> x\x1cy\u2028z\r\n\n[00:01] <a> end".encode())

    log = read_log(path)

    assert [(1, "x\x1cy\u2028z"), (2, ""), (3, "end")] == [(line.number, line.text) for line in log.lines]
    assert 0 == log.mended


def test_what_is_not_utf8_is_mended_and_counted(tmp_path: Path) -> None:
    """A broken octet becomes U+FFFD; a U+FFFD that was there is not counted."""
    path = tmp_path / "log.txt"
    path.write_bytes(b"[00:00] <a> caf\xe9\n" + "[00:01] <a> \ufffd\n".encode())

    log = read_log(path)

    assert ["caf\ufffd", "\ufffd"] == [line.text for line in log.lines]
    assert 1 == log.mended


def test_an_unreadable_line_is_named(tmp_path: Path) -> None:
    """The error names the file, the line and what stands there."""
    path = tmp_path / "log.txt"
    path.write_text("[00:00] <a> b\nnonsense\n", encoding="utf-8")

    with pytest.raises(UnreadableLineError, match=r"log\.txt, line 2: .*'nonsense'"):
        read_log(path)


@needs_logs
def test_every_line_of_the_ubuntu_logs_is_known() -> None:
    """All 32,987 lines of the 24 days have a form, and as many each as grep counts."""
    kinds = Counter(line.kind for path in LOGS for line in read_log(path).lines)

    expected = {
        Kind.SAID: 29_154 + 58 + 64,  # "<nick>" with text, "* nick", and "=== nick" that is nothing else
        Kind.BLANK: 7,
        Kind.JOINED: 2_595,
        Kind.LEFT: 393,
        Kind.RENAMED: 672,
        Kind.NOTICE: 44,
    }
    assert expected == kinds
    assert 32_987 == kinds.total()
