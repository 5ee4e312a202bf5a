"""Very many at once, through the factory: sign-ins, and repeated sends across a restart."""

import asyncio

import pytest

from saiondo_core import Message, Ports, UseCaseFactory, UseCases
from saiondo_core.adapters.system.passwords import Argon2Passwords
from saiondo_core.auth.model import Credential
from saiondo_core.errors import IdempotencyConflictError
from saiondo_core.events import MessageSent
from saiondo_core.testing.people import PASSWORD, sign_up
from saiondo_core.testing.ports import cheap_ports
from tests.adapters.system.gate import Gate

LOGINS, WORKERS = 200, 2
KEYS, TIMES = 200, 50


async def test_two_hundred_sign_in_at_once_and_two_are_hashed() -> None:
    """At most the configured number is hashed at once, the loop serves others meanwhile, and all get in."""
    gate = Gate()
    hasher = Argon2Passwords(workers=WORKERS, time_cost=1, memory_kib=8, parallelism=1, verifiers=(gate,))
    ports = cheap_ports(passwords=hasher)
    async with UseCaseFactory(ports=ports) as use_cases:
        people = [(await sign_up(use_cases, f"person{number}")).user for number in range(LOGINS)]
        for user in people:
            present = await ports.credentials.get(user_id=user.id)
            assert present is not None
            old = Credential(user_id=user.id, digest=f"gate:{PASSWORD}", changed_at=present.changed_at)
            await ports.credentials.put(credential=old, replaces=present.digest, events=())

        logins = [
            asyncio.ensure_future(use_cases.auth.authenticate(email=user.email or "", password=PASSWORD))
            for user in people
        ]
        try:
            for _ in range(WORKERS):
                assert await asyncio.to_thread(gate.inside.acquire, timeout=30)
            assert people[0].id == (await use_cases.user.get(people[0].id, actor=people[1].id)).id
            assert WORKERS == gate.now
            assert not any(login.done() for login in logins)
        finally:
            gate.opening.set()
        signed_in = await asyncio.gather(*logins)

    assert [user.id for user in people] == [session.user.id for session in signed_in]
    assert WORKERS == gate.most


async def test_a_repeated_send_is_one_message_also_after_a_restart(saiondo_ports: Ports) -> None:
    """200 keys, each sent 50 times at once: 200 messages; the same after an edit, and after a restart of the relay."""
    told: list[str] = []

    async def note(event: MessageSent) -> None:
        told.append(event.message_id)

    async def send(use_cases: UseCases, key: int, content: str = "hello") -> Message:
        return await use_cases.as_user(anna).message.send(
            channel_id=team, content=content, client_message_id=f"key {key}"
        )

    async with UseCaseFactory(ports=saiondo_ports) as use_cases:
        use_cases.on(MessageSent, note, name="note")
        anna = (await sign_up(use_cases, "anna")).user.id
        team = (await use_cases.as_user(anna).channel.create(name="team")).id
        sent = await asyncio.gather(*(send(use_cases, key) for key in range(KEYS) for _ in range(TIMES)))
        first = {message.id: message for message in sent}
        assert list(range(1, KEYS + 1)) == sorted(message.sequence for message in first.values())
        await use_cases.settle()
        edited = await use_cases.as_user(anna).message.edit(message_id=sent[0].id, content="hello again")

    async with UseCaseFactory(ports=saiondo_ports) as use_cases:
        use_cases.on(MessageSent, note, name="note")
        again = await asyncio.gather(*(send(use_cases, key) for key in range(KEYS)))
        assert {**first, edited.id: edited} == {message.id: message for message in again}
        with pytest.raises(IdempotencyConflictError):
            await send(use_cases, 0, "another body")
        channel = await use_cases.as_user(anna).channel.get(channel_id=team)
        await use_cases.settle()

    assert KEYS == channel.last_sequence
    assert sorted(first) == sorted(told)
