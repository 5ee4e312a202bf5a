"""What a performance comes to."""

from collections import Counter

from attrs import frozen

from examples.replay.replaying import Outcome, Replay
from examples.replay.report import Report

Row = tuple[str, str]


@frozen(kw_only=True)
class Summary:
    """The numbers of a performance. All durations are seconds.

    Attributes:
        logs: How many logs were replayed.
        mended: How many of their lines were not UTF-8.
        heard: How many events of each kind were relayed.
        replaying: How long the logs took, until the last of their events was relayed.
        whole: How long everything took.
    """

    logs: int
    mended: int
    replay: Replay
    heard: Counter[str]
    replaying: float
    whole: float

    def show(self, report: Report) -> None:
        """Show what happened, how fast, and that it adds up."""
        lines, messages, events = self.replay.outcomes.total(), len(self.replay.said), self.heard.total()
        report.heading("What happened, and how fast")
        report.table(self._lines(), self._contents(), self._events(), self._speed())
        report.verdict(
            "green",
            f"in {self.whole:.1f} s — {lines:,} lines accounted for, {messages:,} messages as they were said, "
            f"{events:,} events relayed",
        )

    def _lines(self) -> list[Row]:
        replay = self.replay
        kinds = ", ".join(f"{count:,} {kind}" for kind, count in replay.notices.most_common())
        labels = {outcome: outcome.value for outcome in Outcome} | {Outcome.NOTICED: f"{Outcome.NOTICED} ({kinds})"}
        return [
            (f"lines in {self.logs:,} {'log' if self.logs == 1 else 'logs'}", f"{replay.outcomes.total():,}"),
            *((f"  {labels[outcome]}", f"{count:,}") for outcome, count in replay.outcomes.most_common()),
        ]

    def _contents(self) -> list[Row]:
        return [
            (f"messages in {self.replay.channel.name}, each compared with its line", f"{len(self.replay.said):,}"),
            ("people", f"{len(self.replay.people):,}"),
            ("times somebody spoke up whose coming the logs do not tell", f"{self.replay.unannounced:,}"),
            ("lines that were not UTF-8, and were mended", f"{self.mended:,}"),
        ]

    def _events(self) -> list[Row]:
        kinds = [(f"  {action}", f"{count:,}") for action, count in self.heard.most_common()]
        return [("events relayed", f"{self.heard.total():,}"), *kinds]

    def _speed(self) -> list[Row]:
        return [
            ("messages a second, while sending", f"{len(self.replay.said) / self.replay.sending:,.0f}"),
            (
                "lines a second, with registering, joining and relaying",
                f"{self.replay.outcomes.total() / self.replaying:,.0f}",
            ),
            ("seconds for the logs", f"{self.replaying:.1f}"),
            ("seconds for everything", f"{self.whole:.1f}"),
        ]
