"""All writes that carry events, of users, of what they sign in with, and of roles."""

from collections.abc import Awaitable, Mapping
from types import MappingProxyType
from typing import Final

from attrs import evolve

from saiondo_core.auth.ports import CredentialRepository, SessionRepository
from saiondo_core.kernel.events import Event
from saiondo_core.permissions.ports import RoleRepository
from saiondo_core.testing.contracts import auth_cases, role_cases, user_cases
from saiondo_core.testing.contracts.fencing import Method, Prepare, Write, kept
from saiondo_core.testing.contracts.role_cases import BERT, WRITER, Family, assignment, give, put, role
from saiondo_core.users.ports import UserRepository


async def _add_user(family: Family) -> Write:
    users, new = kept(family.users), user_cases.user("anna")
    return Write(lambda events: users.add(user=new, events=events), user_cases.events("e1", "e2"))


async def _replace_user(family: Family) -> Write:
    users, before = kept(family.users), user_cases.user("anna")
    await users.add(user=before, events=())
    after = evolve(before, display_name="Anna")
    return Write(lambda events: users.replace(before=before, after=after, events=events), user_cases.events("e1", "e2"))


async def _put_credential(family: Family) -> Write:
    credentials, new = kept(family.credentials), auth_cases.credential()
    return Write(
        lambda events: credentials.put(credential=new, replaces=None, events=events), auth_cases.events("e1", "e2")
    )


async def _add_session(family: Family) -> Write:
    sessions, new = kept(family.sessions), auth_cases.session("s")
    return Write(lambda events: sessions.add(session=new, events=events), auth_cases.events("e1", "e2"))


async def _replace_session(family: Family) -> Write:
    sessions, before = kept(family.sessions), auth_cases.session("s")
    await sessions.add(session=before, events=())
    after = evolve(before, session=evolve(before.session, client="phone"))
    return Write(
        lambda events: sessions.replace(before=before, after=after, events=events), auth_cases.events("e1", "e2")
    )


async def _remove_session(family: Family) -> Write:
    sessions, there = kept(family.sessions), auth_cases.session("s")
    await sessions.add(session=there, events=())
    return Write(
        lambda events: sessions.remove(session_id=there.session.id, events=events), auth_cases.events("e1", "e2")
    )


async def _put_role(family: Family) -> Write:
    async def make(events: tuple[Event, ...]) -> None:
        book = await family.roles.book()
        await family.roles.put(role=role(), book_revision=book.revision, events=events)

    return Write(make, role_cases.events("e1", "e2"))


async def _remove_role(family: Family) -> Write:
    await put(family.roles, role(), "made")

    async def make(events: tuple[Event, ...]) -> None:
        book = await family.roles.book()
        await family.roles.remove(role_id=WRITER, book_revision=book.revision, events=events)

    return Write(make, role_cases.events("e1", "e2"))


async def _assign_role(family: Family) -> Write:
    async def make(events: tuple[Event, ...]) -> None:
        book = await family.roles.book()
        await family.roles.assign(assignment=assignment(BERT), book_revision=book.revision, events=events)

    return Write(make, role_cases.events("e1", "e2"))


async def _revoke_role(family: Family) -> Write:
    await give(family.roles, BERT, "given to bert")

    def make(events: tuple[Event, ...]) -> Awaitable[None]:
        return family.roles.revoke(user_id=BERT, role_id=WRITER, events=events)

    return Write(make, role_cases.events("e1", "e2"))


PEOPLE: Final[Mapping[Method, Prepare]] = MappingProxyType(
    {
        UserRepository.add: _add_user,
        UserRepository.replace: _replace_user,
        CredentialRepository.put: _put_credential,
        SessionRepository.add: _add_session,
        SessionRepository.replace: _replace_session,
        SessionRepository.remove: _remove_session,
        RoleRepository.put: _put_role,
        RoleRepository.remove: _remove_role,
        RoleRepository.assign: _assign_role,
        RoleRepository.revoke: _revoke_role,
    }
)
"""What has to be there before each of these writes, by the port's method."""
