"""A password verifier that waits to be let go, and counts."""

import threading

from attrs import define, field

from saiondo_core.auth.ports import PasswordVerifier


@define(eq=False)
class Gate(PasswordVerifier):
    """Knows hashes of the form `gate:…`, and holds each verification up until it is opened."""

    opening: threading.Event = field(factory=threading.Event)
    inside: threading.Semaphore = field(factory=lambda: threading.Semaphore(0))
    now: int = 0
    most: int = 0
    lock: threading.Lock = field(factory=threading.Lock)

    def knows(self, *, digest: str) -> bool:
        """See `PasswordVerifier.knows`."""
        return digest.startswith("gate:")

    def verify(self, *, password: str, digest: str) -> bool:
        """See `PasswordVerifier.verify`."""
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
        self.inside.release()
        self.opening.wait()
        with self.lock:
            self.now -= 1
        return digest == f"gate:{password}"
