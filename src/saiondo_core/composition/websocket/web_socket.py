"""Being somebody at a server of this protocol, from this process."""

from collections.abc import Mapping

from attrs import frozen

from saiondo_core.channels.model import ChannelId
from saiondo_core.composition.websocket.asking import raise_if_refused
from saiondo_core.composition.websocket.listening import WebSocketListening
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.refusals import MissingActorError
from saiondo_core.kernel.rights import valid_user_id
from saiondo_core.kernel.text import Json
from saiondo_core.messages.model import Message, MessageId
from saiondo_core.realtime.client_effects import Ending
from saiondo_core.realtime.client_told import HEAD, Since, TokenSource
from saiondo_core.realtime.errors import ConnectionLostError
from saiondo_core.realtime.model import Cursor
from saiondo_core.realtime.replies import Snapshot
from saiondo_core.realtime.requests import Broadcast, ReadReceipt, Say, Typing


@frozen(kw_only=True)
class WebSocketUseCase(WebSocketListening):
    """Connections to a server of this protocol, which lose nothing: for bots, scripts and services.

    Each user has one connection, over as many sockets as it takes. What is said is said in order within each channel,
    again and again until it is answered, and done once. What happens in a channel that one has joined is told once, in
    order, or is said to be missing (`gap`); after a restart, from where the cursor store says that handlers had got to,
    so that the last thing may be told again, with the same `event_id`.

    Where a method takes *user_id*, it may be left out by whoever is bound to a user, or has one connection only.
    Every method raises `NotOpenError` outside its factory's lifetime, `MissingActorError` where it is not clear whose
    connection is meant, and `ActorMismatchError` where it is somebody else's than the acting user's.
    """

    @property
    def websocket(self) -> "WebSocketUseCase":
        """Itself: the longer path, `websocket.websocket`, leads to the same operations."""
        return self

    async def connect(self, user_id: UserId | None = None, *, access_token: TokenSource) -> bool:
        """Connect as *user_id*, and stay connected: a connection that is lost comes back by itself.

        Args:
            user_id: Whose access token it is.
            access_token: The token, or an async function that gives one whenever one is needed: only that lasts
                longer than a token. It is said in a frame, never in a URL, and stands in no log.

        Returns:
            Whether the server has welcomed the client; False where it cannot be reached in `connect_seconds`. Then it
            is tried on, `max_reconnect_attempts` times, unless one disconnects.

        Raises:
            AuthenticationError: The token was refused, and so was the next one, where there was one.
            ConnectionLostError: The server has sent the client away for good.
            NoServerError: The settings do not say where to connect.
            InvalidInputError: *user_id* cannot be a user's id.
        """
        self._lifetime.check()
        who = self._named(user_id)
        if who is None:
            raise MissingActorError
        return await self._clients.get_or_make(valid_user_id(who)).connect(access_token)

    async def disconnect(self, user_id: UserId | None = None) -> None:
        """End the connection, and make no other one until `connect`; where there is none, this does nothing.

        When this returns, no task, socket or handler is at work for it; whoever is cancelled waits no more, and it ends
        all the same. A handler under way may finish within `answer_seconds`. Channels are to be joined again after the
        next `connect`; what was said and not answered is given up, and whoever waits for that is told so.
        """
        who = self._named(user_id)
        await self._clients.disconnect(*(self._clients.users if who is None else (who,)))

    async def run(self, user_id: UserId | None = None) -> None:
        """Return once the connection was ended by `disconnect`.

        Raises:
            AuthenticationError: It has ended because no token was accepted, or there was none to be had.
            ConnectionLostError: It has ended because the server has sent the client away, or could not be reached in
                `max_reconnect_attempts`.
            NotConnectedError: There is none.
        """
        report = await self._clients.get(self._who(user_id)).ended()
        raise_if_refused(report)
        if report.ending is not Ending.ASKED:
            raise ConnectionLostError(close_code=report.code)

    async def send_message(
        self,
        *,
        channel_id: ChannelId,
        content: str,
        sender_id: UserId | None = None,
        reply_to: MessageId | None = None,
        mentions: tuple[UserId, ...] | None = None,
        metadata: Mapping[str, Json] | None = None,
        client_message_id: str | None = None,
    ) -> Message:
        """Say *content* in a channel: now, or as soon as there is a connection again, after all said there before.

        Args:
            channel_id: A channel that *sender_id* is a member of; it need not be joined.
            content: 1 to 2,000 characters, not blank.
            sender_id: Who says it.
            reply_to: A message in the same channel.
            mentions: Whom it is addressed to; None reads them from the content.
            metadata: The application's own, at most 4 KiB.
            client_message_id: A name of the caller's for it, up to 100 characters: what is said again under the same
                name, by this process or another one, is one message. By default a new one.

        Returns:
            The message as it was stored. Whoever is cancelled waits no more; the message is sent all the same.

        Raises:
            RequestRefusedError: The server refused it.
            ConnectionLostError: The connection has ended for good, and it is not known whether it was stored. It is
                kept, and said on the next `connect`, unless it was ended by `disconnect`.
            OutboxFullError: Too much is said and unanswered already.
            NotConnectedError: There is no connection, and none is being made.
            InvalidInputError: The server could not read it.
        """
        client = self._clients.get(self._who(sender_id))
        key = client_message_id or self._clients.tools.ids.new()
        said = Say(content=content, client_message_id=key, reply_to=reply_to, mentions=mentions, metadata=metadata)
        ack = await client.send(channel_id, said)
        if ack.message is None:
            raise ConnectionLostError
        return ack.message

    async def send_read_receipt(
        self, *, message_id: MessageId, channel_id: ChannelId, user_id: UserId | None = None
    ) -> None:
        """Say that everything up to a message is read: now, or as soon as there is a connection again.

        Raises:
            RequestRefusedError: The server refused it.
            ConnectionLostError: See `send_message`.
            OutboxFullError: See `send_message`.
            NotConnectedError: See `send_message`.
        """
        await self._clients.get(self._who(user_id)).send(channel_id, ReadReceipt(message_id=message_id))

    async def send_typing_indicator(
        self, *, channel_id: ChannelId, is_typing: bool, user_id: UserId | None = None
    ) -> None:
        """Say that one types, or has stopped: now, or never. It holds for 5 seconds.

        Raises:
            NotConnectedError: There is no connection, and none is being made.
        """
        self._clients.get(self._who(user_id)).pass_on(channel_id, Typing(is_typing=is_typing))

    async def broadcast_to_channel(
        self, *, channel_id: ChannelId, data: Mapping[str, Json], user_id: UserId | None = None
    ) -> None:
        """Tell those who listen to a channel something of the application's own: now, or never.

        Raises:
            NotConnectedError: There is no connection, and none is being made.
            InvalidInputError: The server could not read it.
        """
        self._clients.get(self._who(user_id)).pass_on(channel_id, Broadcast(data=data))

    async def join_channel(
        self, *, channel_id: ChannelId, user_id: UserId | None = None, since: Cursor | Since = HEAD
    ) -> Snapshot:
        """Hear of a channel, over all connections to come, and wait until one does.

        Args:
            channel_id: A channel that *user_id* is a member of.
            user_id: Who hears.
            since: From where on: by default from where handlers had got to, as the cursor store knows it, or else
                from now on. A channel that is joined already is told from there anew, once the handler that is at
                something is done with it, or was cancelled after `answer_seconds`.

        Returns:
            The channel as it is.

        Raises:
            RequestRefusedError: The server refused it.
            ConnectionLostError: The connection has ended for good.
            NotConnectedError: There is no connection, and none is being made.
            CursorsUnavailableError: The cursor store cannot be read.
        """
        cursor = None if isinstance(since, Since) else since
        return await self._clients.get(self._who(user_id)).join(channel_id, cursor)

    async def leave_channel(self, *, channel_id: ChannelId, user_id: UserId | None = None) -> None:
        """Hear no more of a channel, and forget how far handlers had got; the membership stays.

        Raises:
            NotConnectedError: There is no connection, and none is being made.
            CursorsUnavailableError: The cursor store cannot be written.
        """
        await self._clients.get(self._who(user_id)).leave(channel_id)
