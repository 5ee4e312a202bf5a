"""A pytest plugin: the library on a frozen clock, with cheap hashing, ready to be talked to.

It is loaded by itself where saiondo-core is installed. Its fixtures begin with `saiondo_`; they are synchronous, so
that they serve any asynchronous test runner:

```python
async def test_anna_talks(saiondo_factory, saiondo_sign_up):
    async with saiondo_factory as use_cases:
        anna = await saiondo_sign_up(use_cases, "anna")
        channel = await use_cases.as_user(anna.user.id).channel.create(name="team")
```
"""

from collections.abc import Awaitable, Callable

import pytest

from saiondo_core.auth.model import AuthSession
from saiondo_core.composition.factory import UseCaseFactory
from saiondo_core.composition.ports import Ports
from saiondo_core.composition.use_cases import UseCases
from saiondo_core.testing.clocks import FrozenClock
from saiondo_core.testing.people import sign_up
from saiondo_core.testing.ports import cheap_ports


@pytest.fixture
def saiondo_clock() -> FrozenClock:
    """A clock that stands still until the test moves it."""
    return FrozenClock()


@pytest.fixture
def saiondo_ports(saiondo_clock: FrozenClock) -> Ports:
    """Memory ports on `saiondo_clock`, with counted ids, foreseeable secrets and cheap hashing."""
    return cheap_ports(clock=saiondo_clock)


@pytest.fixture
def saiondo_factory(saiondo_ports: Ports) -> UseCaseFactory:
    """A factory over `saiondo_ports`, to be opened with `async with`."""
    return UseCaseFactory(ports=saiondo_ports)


@pytest.fixture
def saiondo_sign_up() -> Callable[[UseCases, str], Awaitable[AuthSession]]:
    """Registers a user by name; gives the user with their session and tokens."""
    return sign_up


@pytest.fixture
def saiondo_settle() -> Callable[[UseCases], Awaitable[None]]:
    """Waits until every event so far was handled."""

    async def settle(use_cases: UseCases) -> None:
        await use_cases.settle()

    return settle
