"""Memory ports in which nothing takes time and nothing is left to chance."""

from typing import Unpack

from saiondo_core.composition.memory import memory_ports
from saiondo_core.composition.ports import PortChanges, Ports
from saiondo_core.testing.clocks import FrozenClock
from saiondo_core.testing.passwords import CheapPasswords, NoCommonPasswords
from saiondo_core.testing.randomness import CountingIds, SeededSecrets


def cheap_ports(**changes: Unpack[PortChanges]) -> Ports:
    """Memory ports with a frozen clock, counted ids, foreseeable secrets and cheap hashing, but for *changes*."""
    cheap: PortChanges = {
        "clock": FrozenClock(),
        "ids": CountingIds(),
        "secrets": SeededSecrets(),
        "passwords": CheapPasswords(),
        "common_passwords": NoCommonPasswords(),
    }
    return memory_ports(**(cheap | changes))
