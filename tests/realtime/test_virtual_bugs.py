"""The virtual network finds what is wrong: bugs that were planted, each found within the ordinary seeds."""

from abc import abstractmethod
from random import Random

import pytest
from attrs import define, evolve, field

from saiondo_core.channels.model import ChannelId
from saiondo_core.kernel.events import Event
from saiondo_core.messages.model import Appended, MessageDraft
from saiondo_core.realtime.client import ClientMachine
from saiondo_core.realtime.client_effects import Deliver, Effect, Effects, Transmit
from saiondo_core.realtime.client_requests import Lasting
from saiondo_core.realtime.frames import Data, Frame
from saiondo_core.realtime.replies import Happened
from saiondo_core.realtime.requests import JoinChannel, Say
from saiondo_core.testing.virtual_seeds import SEED_VARIABLE, on_seeds
from tests.realtime.pasts import past_of, set_back
from tests.realtime.virtual_guests import Machine, by_machine
from tests.realtime.virtual_town import LOSSY, MESSAGES, SEEDS, Messages, UnsteadyMessages, live_through


class Tampering(ClientMachine):
    """A client with a bug: what the machine asks for is not what it should."""

    @abstractmethod
    def tampered(self, effect: Effect) -> Effect:
        """What it asks for instead of *effect*."""

    def send(self, channel_id: ChannelId, data: Lasting, now: float) -> Effects:
        """See `ClientMachine.send`."""
        return tuple(map(self.tampered, super().send(channel_id, data, now)))

    def received(self, frame: Frame[Data] | None, now: float) -> Effects:
        """See `ClientMachine.received`."""
        return tuple(map(self.tampered, super().received(frame, now)))

    def ticked(self, now: float) -> Effects:
        """See `ClientMachine.ticked`."""
        return tuple(map(self.tampered, super().ticked(now)))


@define(eq=False)
class RenewsKeys(Tampering):
    """What was not answered is said again under another key."""

    _said: set[str] = field(factory=set[str], init=False)

    def tampered(self, effect: Effect) -> Effect:
        """Use no key twice."""
        if not (isinstance(effect, Transmit) and isinstance(effect.frame.data, Say)):
            return effect
        said, key = effect.frame.data, effect.frame.data.client_message_id
        if key in self._said:
            key = f"{key}-{len(self._said)}"
        self._said.add(key)
        return Transmit(evolve(effect.frame, data=evolve(said, client_message_id=key)))


class ForgetsCursors(Tampering):
    """Whoever comes back follows each channel from then on."""

    def tampered(self, effect: Effect) -> Effect:
        """Name no cursor."""
        if isinstance(effect, Transmit) and isinstance(effect.frame.data, JoinChannel):
            return Transmit(evolve(effect.frame, data=JoinChannel(since=None)))
        return effect


@define(eq=False)
class IgnoresGaps(ClientMachine):
    """Any later event is taken for the next one."""

    _last: dict[ChannelId, int] = field(factory=dict[ChannelId, int], init=False)

    def received(self, frame: Frame[Data] | None, now: float) -> Effects:
        """Deliver whatever is new."""
        if frame is None or frame.channel_id is None or not isinstance(frame.data, Happened):
            return super().received(frame, now)
        if frame.data.offset <= self._last.get(frame.channel_id, 0):
            return ()
        self._last[frame.channel_id] = frame.data.offset
        return (Deliver(frame=frame, cursor=frame.data.cursor),)


@define(eq=False)
class AcksBeforeCommit(UnsteadyMessages):
    """A store that says so before a message is safe: one in twenty is lost."""

    async def append(
        self, *, draft: MessageDraft, fingerprint: str, membership_revision: int, events: tuple[Event, ...]
    ) -> Appended:
        """See `MessageRepository.append`."""
        past = past_of(self.rooms) if self.random.random() < 0.05 else None
        appended = await super().append(
            draft=draft, fingerprint=fingerprint, membership_revision=membership_revision, events=events
        )
        if past is not None:
            set_back(self.rooms, past)
        return appended


@pytest.mark.parametrize(
    ("machine", "messages"),
    [
        pytest.param(RenewsKeys, UnsteadyMessages, id="renews keys"),
        pytest.param(ForgetsCursors, UnsteadyMessages, id="forgets cursors"),
        pytest.param(IgnoresGaps, UnsteadyMessages, id="ignores gaps"),
        pytest.param(ClientMachine, AcksBeforeCommit, id="acks before commit"),
    ],
)
def test_a_bug_is_found(machine: Machine, messages: Messages, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client or a server that breaks the promise fails within the ordinary seeds, and tells of a seed."""
    monkeypatch.delenv(SEED_VARIABLE, raising=False)

    async def scenario(random: Random) -> None:
        await live_through(random, LOSSY, MESSAGES, by_machine(machine), messages=messages)

    with pytest.raises(AssertionError) as failure:
        on_seeds(scenario, seeds=SEEDS[:100])
    assert SEED_VARIABLE in failure.value.__notes__[0]
