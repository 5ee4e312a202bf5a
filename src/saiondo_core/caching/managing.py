"""Whether somebody may manage the cache: what every use case asks that is not a read of what has rights of its own."""

from saiondo_core.kernel.policies import Policy
from saiondo_core.kernel.rights import Acting


async def require_management(acting: Acting, policy: Policy) -> None:
    """Return if whoever acts may manage the cache. Unbound, it is the host's own.

    Raises:
        NotOpenError: The factory is not open.
        AccessDeniedError: A user acts who may not.
        GateFailedError: It could not be decided.
    """
    acting.check_open()
    if acting.actor is not None:
        await acting.require(acting.actor, policy)
