"""No credential in any repr, log, event or error: one life of an account, with everything it leaves behind."""

import gc
import logging
import traceback

import pytest
from attrs import has

from saiondo_core import Ports, UseCaseFactory
from saiondo_core.errors import SaiondoError
from saiondo_core.testing.people import PASSWORD, sign_up
from saiondo_core.testing.randomness import CANARY
from saiondo_core.users.events import UserEvent


async def test_no_credential_is_shown_anywhere(saiondo_ports: Ports, caplog: pytest.LogCaptureFixture) -> None:
    """Every object of the library that is alive, every error and every log line: none shows a token or a password."""
    caplog.set_level(logging.DEBUG)
    shown: list[str] = []

    async def fail(event: UserEvent) -> None:
        raise RuntimeError(event.user_id)

    async with UseCaseFactory(ports=saiondo_ports) as use_cases:
        use_cases.on(UserEvent, fail, name="failing")
        anna = await sign_up(use_cases, "anna")
        again = await use_cases.auth.refresh(anna.refresh_token or "")
        signed_in = await use_cases.auth.authenticate(email="anna@example.org", password=PASSWORD)
        principal = await use_cases.auth.verify(again.access_token)
        for refused in (
            use_cases.auth.authenticate(email="anna@example.org", password=f"wrong {CANARY}"),
            use_cases.auth.register(email="x@example.org", username="x y", password=f"{CANARY} one"),
            use_cases.auth.register(email="x@example.org", username="xy", password=CANARY),
            use_cases.auth.verify(f"{CANARY} nonsense"),
            use_cases.auth.refresh(anna.access_token),
            use_cases.as_user(anna.user.id).auth.change_password(old_password=CANARY, new_password=f"{CANARY} new"),
        ):
            with pytest.raises(SaiondoError) as caught:
                await refused
            shown += [repr(caught.value), str(caught.value), caught.value.user_message("ko")]
            shown.append(repr(caught.value.args))
            shown += traceback.format_exception_only(caught.value)
        shown += [repr(thing) for thing in gc.get_objects() if _is_ours(thing)]
        shown += [repr((anna, again, signed_in, principal)), caplog.text]
        await use_cases.auth.logout(signed_in.access_token)

    assert len(shown) > 100
    assert [] == [text for text in shown if CANARY in text]
    assert CANARY in PASSWORD
    assert anna.access_token.startswith(CANARY)


def _is_ours(thing: object) -> bool:
    kind: type[object] = type(thing)
    return str(kind.__module__).startswith("saiondo_core.") and has(kind)
