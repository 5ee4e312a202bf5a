"""The memory ports, as a host asks for them."""

from typing import Unpack

from saiondo_core.composition.ports import PortChanges, Ports
from saiondo_core.composition.settings import Settings


def memory_ports(settings: Settings | None = None, **changes: Unpack[PortChanges]) -> Ports:
    """Ports that keep everything in this process's memory, with *changes* in the place of some.

    A bundle with a store of the host's own has one namespace only, unless it is given `tenants` too. A `close` of the
    host's is called beside the bundle's own.

    Args:
        settings: The factory's: give both the same, for the password hasher's are taken from here.
        **changes: Ports by name.

    Raises:
        SplitFamilyError: One of `channels`, `messages` and `roles` was given without the others.
    """
    # Only here, so that `import saiondo_core` loads no driver.
    from saiondo_core.composition.memory_wiring import make_memory_ports  # noqa: PLC0415

    return make_memory_ports(settings or Settings(), changes)
