"""Does what logs say, line by line, each line as the one whose it is."""

from collections import Counter
from enum import StrEnum
from time import perf_counter

from attrs import define, field, frozen

from examples.replay.irc import Kind, Line, Log
from examples.replay.people import Person, nick_key, register, rename
from saiondo_core import Channel, Message, UseCases
from saiondo_core.errors import InvalidInputError


class Outcome(StrEnum):
    """What became of a line: each has one."""

    SENT = "messages sent"
    REFUSED = "messages refused (too long, or with NUL)"
    BLANK = "blank lines"
    JOINED = "joins"
    WAS_HERE = "joins of somebody who was there"
    LEFT = "leaves"
    RENAMED = "renames"
    NICK_TAKEN = "renames to somebody else's nick"
    NOTICED = "notices of the server"


@frozen(kw_only=True)
class Said:
    """A line that was sent, and the message that it became."""

    person: Person
    content: str
    message: Message


@define(eq=False, repr=False)
class Replay:
    """Logs, replayed into one channel.

    Attributes:
        people: Everybody who has an account, by the nick they have at the moment.
        outcomes: How many lines became what.
        notices: How many notices there were of each kind.
        unannounced: How often somebody was there without having joined, and so was let in.
        sending: How many seconds sending took.
    """

    use_cases: UseCases
    channel: Channel
    people: dict[str, Person] = field(factory=dict[str, Person], init=False)
    said: list[Said] = field(factory=list[Said], init=False)
    outcomes: Counter[Outcome] = field(factory=Counter[Outcome], init=False)
    notices: Counter[str] = field(factory=Counter[str], init=False)
    unannounced: int = field(default=0, init=False)
    sending: float = field(default=0.0, init=False)

    async def perform(self, log: Log, line: Line) -> Outcome:
        """Do what *line* says, and count what became of it."""
        outcome = await self._performed(log, line)
        self.outcomes[outcome] += 1
        return outcome

    async def _performed(self, log: Log, line: Line) -> Outcome:
        match line.kind:
            case Kind.BLANK:
                return Outcome.BLANK
            case Kind.NOTICE:
                self.notices[line.text] += 1
                return Outcome.NOTICED
            case Kind.JOINED:
                joined = await self._let_in(await self._person(line.nick))
                return Outcome.JOINED if joined else Outcome.WAS_HERE
            case Kind.LEFT:
                return await self._leave(await self._present(line.nick))
            case Kind.RENAMED:
                return await self._rename(await self._present(line.nick), line.text)
            case Kind.SAID:
                return await self._send(await self._present(line.nick), line.text, f"{log.name}:{line.number}")

    async def _send(self, person: Person, content: str, client_message_id: str) -> Outcome:
        began = perf_counter()
        try:
            message = await person.calls.message.send(
                channel_id=self.channel.id, content=content, client_message_id=client_message_id
            )
        except InvalidInputError:
            return Outcome.REFUSED
        finally:
            self.sending += perf_counter() - began
        self.said.append(Said(person=person, content=content, message=message))
        return Outcome.SENT

    async def _leave(self, person: Person) -> Outcome:
        await person.calls.channel.leave(channel_id=self.channel.id)
        person.is_here = False
        return Outcome.LEFT

    async def _rename(self, person: Person, nick: str) -> Outcome:
        if self.people.get(nick_key(nick), person) is not person:
            return Outcome.NICK_TAKEN
        del self.people[nick_key(person.nick)]
        await rename(person, nick)
        self.people[nick_key(nick)] = person
        return Outcome.RENAMED

    async def _person(self, nick: str) -> Person:
        key = nick_key(nick)
        if key not in self.people:
            self.people[key] = await register(self.use_cases, nick)
        return self.people[key]

    async def _present(self, nick: str) -> Person:
        """Whoever has *nick*, in the channel: a log begins in the middle, and does not tell of every return."""
        person = await self._person(nick)
        self.unannounced += await self._let_in(person)
        return person

    async def _let_in(self, person: Person) -> bool:
        if person.is_here:
            return False
        await person.calls.channel.join(channel_id=self.channel.id)
        person.is_here = True
        return True
