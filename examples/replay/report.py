"""Shows what happens: as a story on a terminal, and as plain text in a pipe."""

from collections.abc import Generator, Sequence

from attrs import field, frozen
from rich.box import SIMPLE
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from examples.replay.irc import Line, Log
from examples.replay.replaying import Outcome, Replay
from saiondo_core.errors import SaiondoError

_ACTS = {
    Outcome.JOINED: "joins",
    Outcome.WAS_HERE: "joins, but was here",
    Outcome.LEFT: "leaves",
    Outcome.REFUSED: "is refused: the message is too long, or holds NUL",
    Outcome.BLANK: "says nothing, so nothing is sent",
}


@frozen
class Report:
    """Everything the demo shows goes through here."""

    console: Console = field(factory=lambda: Console(highlight=False, markup=False, emoji=False))

    def heading(self, title: str) -> None:
        """Begin another part."""
        self.console.print()
        self.console.rule(Text(title, style="bold"), align="left", style="dim")

    def tell(self, text: str) -> None:
        """Say what happened."""
        self.console.print(Text.assemble(("  → ", "cyan"), text), soft_wrap=True)

    def said(self, nick: str, content: str, sequence: int) -> None:
        """Show a message."""
        line = Table.grid(padding=(0, 1, 0, 0))
        line.add_column(width=8, justify="right", style="dim")
        line.add_column(width=14, style="bold", overflow="ellipsis", no_wrap=True)
        line.add_column(overflow="fold")
        line.add_row(f"{sequence:,}", Text(nick), Text(content))
        self.console.print(line)

    def line(self, line: Line, outcome: Outcome, replay: Replay) -> None:
        """Show a line of a log, and what became of it in *replay*."""
        match outcome:
            case Outcome.SENT:
                message = replay.said[-1].message
                self.said(line.nick, message.content, message.sequence)
                mentioned = [person.nick for person in replay.people.values() if person.user.id in message.mentions]
                if mentioned:
                    self.tell(f"mentions {' and '.join(mentioned)}")
            case Outcome.RENAMED | Outcome.NICK_TAKEN:
                self.tell(f"{line.nick} is now known as {line.text}")
            case Outcome.NOTICED:
                self.tell(f"the server has a notice of the kind “{line.text}”, which is counted")
            case _:
                self.tell(f"{line.nick or 'nobody'} {_ACTS[outcome]}")

    def refusal(self, who: str, error: SaiondoError, *, is_full: bool = False) -> None:
        """Show that *who* was refused, and, where it *is_full*, what the error tells whom."""
        self.console.print(Text.assemble(("  ✗ ", "red"), f"{who} is refused: ", (error.code, "bold red")))
        if is_full:
            for label, text in (
                ("for the developer", str(error)),
                ("for the user", error.user_message("en")),
                ("사용자에게", error.user_message("ko")),
            ):
                row = Table.grid(padding=(0, 1, 0, 0))
                row.add_column(width=23, justify="right", style="dim")
                row.add_column(overflow="fold")
                row.add_row(label, Text(text))
                self.console.print(row)

    def table(self, *sections: Sequence[tuple[str, str]]) -> None:
        """Show numbers, each after what it counts."""
        table = Table(box=SIMPLE, show_header=False, pad_edge=False)
        table.add_column(width=62)
        table.add_column(width=10, justify="right", style="bold")
        for section in sections:
            for row in section:
                table.add_row(*map(Text, row))
            table.add_section()
        self.console.print(table)

    def verdict(self, colour: str, text: str) -> None:
        """End with what it comes to."""
        self.console.print(Text.assemble("Demo: ", (colour.upper(), f"bold {colour}"), f" {text}"), soft_wrap=True)

    def walk(self, logs: Sequence[Log], *, is_told: bool) -> Generator[tuple[Log, Line], None, None]:
        """Go through all lines, and show how far it is, unless each line *is_told* anyway.

        A terminal gets a bar, and a pipe a line for each log.
        """
        columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
        is_live = self.console.is_terminal and not is_told
        with Progress(*columns, console=self.console, disable=not is_live) as progress:
            task = progress.add_task("", total=sum(len(log.lines) for log in logs))
            for log in logs:
                progress.update(task, description=log.name[-14:])
                for line in log.lines:
                    yield log, line
                    progress.advance(task)
                if not (is_live or is_told):
                    self.tell(f"{log.name}: {len(log.lines):,} lines")
