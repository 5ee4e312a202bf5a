"""What happens once the conversation is over: reading, editing, repeating, inviting, being refused, signing out."""

import asyncio

from attrs import frozen

from examples.replay.checking import must_equal, refused
from examples.replay.live import Live
from examples.replay.people import PASSWORD, Person, register
from examples.replay.replaying import Replay
from examples.replay.report import Report
from examples.replay.rights import Rights
from examples.replay.searching import search
from saiondo_core import Message, UseCases
from saiondo_core.errors import (
    ChannelNotFoundError,
    InvalidCredentialsError,
    InvalidTokenError,
    InvitationNotFoundError,
)


@frozen(repr=False)
class Story:
    """The acts after a replay, played by its last speaker, by *host*, who made the channel, and by newcomers."""

    use_cases: UseCases
    replay: Replay
    host: Person
    report: Report

    async def play(self) -> None:
        """Play all acts.

        Raises:
            DoesNotAddUpError: Something was allowed that must be refused, or came out otherwise than it must.
        """
        await self._read()
        await search(self.replay, self.host, self.report)
        await self._edit_and_repeat()
        await self._invite_and_refuse()
        await Rights(self.use_cases, self.replay, self.host, self.report).play()
        await Live(self.use_cases, self.replay, self.host, self.report).play()
        await self._sign_in_and_out()

    @property
    def _speaker(self) -> Person:
        return self.replay.said[-1].person

    async def _read(self) -> None:
        self.report.heading("History and unread messages")
        channel_id = self.replay.channel.id
        newest = await self.host.calls.message.history(channel_id=channel_id, limit=3)
        for said, message in zip(self.replay.said[-len(newest) :], newest, strict=True):
            self.report.said(said.person.nick, message.content, message.sequence)
        must_equal(len(self.replay.said), await self._unread(), "unread messages")
        self.report.tell(f"{self.host.nick} has {len(self.replay.said):,} unread messages, and reads them")
        await self.host.calls.channel.mark_read(channel_id=channel_id, sequence=newest[-1].sequence)
        must_equal(0, await self._unread(), "unread messages after reading")
        self.report.tell(f"{self.host.nick} has no unread messages")

    async def _unread(self) -> int:
        channels = await self.host.calls.channel.unread()
        return next(one.unread for one in channels if one.channel_id == self.replay.channel.id)

    async def _edit_and_repeat(self) -> None:
        self.report.heading("An edit, and a repeated send that stays one message")
        speaker, last = self._speaker, self.replay.said[-1].message
        # Whoever said the last message may have left since.
        await speaker.calls.channel.join(channel_id=last.channel_id)
        edited = await speaker.calls.message.edit(message_id=last.id, content=f"{last.content[:1900]} (edited)")
        (before,) = await speaker.calls.message.revisions(last.id)
        self.report.said(speaker.nick, edited.content, edited.sequence)
        self.report.tell(f"what it said before is kept: {before.content}")

        async def send_again() -> Message:
            return await speaker.calls.message.send(
                channel_id=last.channel_id, content=last.content, client_message_id=last.client_message_id
            )

        repeated = await asyncio.gather(*(send_again() for _ in range(20)))
        must_equal([edited] * len(repeated), repeated, "the message after sending it again")
        channel = await self.host.calls.channel.get(channel_id=last.channel_id)
        must_equal(last.sequence, channel.last_sequence, "the last sequence after sending again")
        self.report.tell(f"sent 20 times more under the same client_message_id: it is still message {last.sequence:,}")

    async def _invite_and_refuse(self) -> None:
        self.report.heading("An invitation, and a refusal with its remedy")
        inviter = self._speaker
        guest, stranger = [await register(self.use_cases, nick) for nick in ("guest", "stranger")]
        room = await inviter.calls.channel.create(name="side room")
        await inviter.calls.message.send(channel_id=room.id, content="Only for those inside. 우리끼리만!")
        link = await inviter.calls.channel.invite(channel_id=room.id)
        self.report.tell(f"{inviter.nick} makes a private channel, and a link into it that works once")
        await guest.calls.channel.join(code=link.code)
        self.report.tell(f"{guest.nick} uses the link, and is in")
        spent = await refused(InvitationNotFoundError, stranger.calls.channel.join(code=link.code))
        self.report.refusal(f"{stranger.nick}, with the same link,", spent)
        hidden = await refused(ChannelNotFoundError, stranger.calls.message.history(channel_id=room.id))
        self.report.refusal(f"{stranger.nick}, reading there,", hidden, is_full=True)
        await inviter.calls.channel.invite(channel_id=room.id, invitee_id=stranger.user.id)
        await stranger.calls.channel.join(channel_id=room.id)
        (message,) = await stranger.calls.message.history(channel_id=room.id)
        self.report.tell(f"the remedy: invited by name, {stranger.nick} joins and reads")
        self.report.said(inviter.nick, message.content, message.sequence)

    async def _sign_in_and_out(self) -> None:
        self.report.heading("Signing in and out")
        auth, nick, email = self.use_cases.auth, self._speaker.nick, self._speaker.user.email or ""
        wrong = await refused(InvalidCredentialsError, auth.authenticate(email=email, password="not my password"))  # noqa: S106
        self.report.refusal(f"{nick}, with a wrong password,", wrong)
        session = await auth.authenticate(email=email, password=PASSWORD)
        user = await self.use_cases.user.get_current(session.access_token)
        must_equal(self._speaker.user.id, user.id, "whose token it is")
        self.report.tell(f"{nick} signs in, and is {user.username}")
        await auth.logout(session.access_token)
        over = await refused(InvalidTokenError, self.use_cases.user.get_current(session.access_token))
        self.report.tell(f"{nick} signs out")
        self.report.refusal(f"{nick}, with the token of before,", over)
