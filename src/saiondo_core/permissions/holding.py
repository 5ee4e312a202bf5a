"""Nobody gives, takes or makes what they do not hold themselves."""

from collections.abc import Iterable

from saiondo_core.channels.member_roles import GrantCheck
from saiondo_core.channels.model import Standing
from saiondo_core.kernel.decisions import Actor
from saiondo_core.kernel.ids import RoleId
from saiondo_core.kernel.policies import USER
from saiondo_core.permissions.compiled import CompiledRoles
from saiondo_core.permissions.errors import NotHeldError, RoleNotFoundError
from saiondo_core.permissions.ports import RoleRepository


async def check_held(
    roles: RoleRepository,
    compiled: CompiledRoles,
    actor: Actor,
    patterns: Iterable[str],
    *,
    there: tuple[RoleId, ...] = (),
) -> None:
    """Return if *actor* holds all of *patterns*; the host itself holds everything.

    Args:
        roles: Who holds what.
        compiled: What the roles allow at present.
        actor: Whoever gives, takes or makes.
        patterns: What they need to hold.
        there: What they are in the channel it is about; without one, it is what they hold everywhere that counts.

    Raises:
        NotHeldError: They do not; it names the first pattern that they lack.
    """
    if actor.is_system:
        return
    given = (await roles.rights(user_id=actor.id)).assignments
    lacking = compiled.not_held((USER, *(held.role_id for held in given), *there), patterns)
    if lacking is not None:
        raise NotHeldError(permission=lacking)


def held_there(roles: RoleRepository, role_id: RoleId, *, is_taken: bool = False) -> GrantCheck:
    """What is asked of whoever gives or takes the role *role_id* in a channel: to hold there what it allows.

    The check raises `NotHeldError` where they do not hold it all, and `RoleNotFoundError` where there is no such role
    to be given; one that was deleted can still be taken, for it allows nothing.
    """

    async def check(actor: Actor, standing: Standing) -> None:
        compiled = CompiledRoles(await roles.book())
        if compiled.get(role_id) is None and not is_taken:
            raise RoleNotFoundError(role_id=role_id)
        await check_held(roles, compiled, actor, compiled.patterns((role_id,)), there=standing.roles)

    return check


async def unasked(actor: Actor, standing: Standing) -> None:
    """Ask nothing: for a place as member or guest, which is no more than being let in, and for what is given up."""
