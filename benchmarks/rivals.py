"""What else decides who may do what: each over the roles of a house, as it likes them best."""

import json
from abc import abstractmethod
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import cedarpy
import vakt
import vakt.rules
from attrs import frozen
from casbin import FastEnforcer
from casbin.model import FastModel
from oso import Oso

from benchmarks.deciders import Decider
from benchmarks.houses import PERMISSIONS, House, Question


class Rival(Decider):
    """Decides without waiting for anything."""

    @abstractmethod
    def allows(self, request: Any) -> bool:  # noqa: ANN401 - each has its own
        """What it decides on *request*."""

    async def answers(self, requests: Sequence[Any]) -> list[bool]:
        """See `Decider`."""
        allows = self.allows
        return [allows(request) for request in requests]


class Casbin(Rival):
    """pycasbin's FastEnforcer, which looks at the policies of the permission only."""

    MODEL = """
    [request_definition]
    r = sub, obj, act
    [policy_definition]
    p = sub, obj, act
    [role_definition]
    g = _, _
    [policy_effect]
    e = some(where (p.eft == allow))
    [matchers]
    m = g(r.sub, p.sub) && r.obj == p.obj && r.act == p.act
    """
    KEYS = (1, 2)

    def __init__(self, house: House) -> None:
        """Go by *house*."""
        model = FastModel(self.KEYS)
        model.load_model_from_text(self.MODEL)
        self._enforcer = FastEnforcer(model, cache_key_order=self.KEYS)
        self._enforcer.add_policies([(role, *permission.split(":")) for role, permission in _grants(house)])
        held = [(user, role) for user, roles in house.users.items() for role in roles]
        self._enforcer.add_grouping_policies([*house.below.items(), *held])

    def request(self, question: Question) -> tuple[str, ...]:
        """See `Decider`."""
        user, permission = question
        return (user, *permission.split(":"))

    def allows(self, request: tuple[str, ...]) -> bool:
        """See `Rival`."""
        return self._enforcer.enforce(*request)

    async def edit(self, house: House) -> None:
        """See `Decider`."""
        role, permission = house.edit
        is_given = permission in house.roles[role]
        change = self._enforcer.add_policy if is_given else self._enforcer.remove_policy
        change(role, *permission.split(":"))


class StaleCasbin(Casbin):
    """The same behind `lru_cache`, which goes on with its answers whatever is edited."""

    def __init__(self, house: House) -> None:
        """Go by *house*."""
        super().__init__(house)
        self._remembered = lru_cache(maxsize=None)(self._enforcer.enforce)

    def allows(self, request: tuple[str, ...]) -> bool:
        """See `Rival`."""
        return self._remembered(*request)


class ClearedCasbin(StaleCasbin):
    """The same, where whoever edits clears the cache."""

    async def edit(self, house: House) -> None:
        """See `Decider`."""
        await super().edit(house)
        self._remembered.cache_clear()


@frozen
class _User:
    roles: list[str]


class OsoRules(Rival):
    """oso, with the roles as facts of its language; an edit loads all of them anew."""

    RULES = """
    allow(user: User, action, resource) if role in user.roles and grants(role, resource, action);
    grants(role, resource, action) if permits(role, resource, action);
    grants(role, resource, action) if inherits(role, below) and grants(below, resource, action);
    """

    def __init__(self, house: House) -> None:
        """Go by *house*."""
        self._oso = Oso()
        self._oso.register_class(_User, name="User")
        self._users = {user: _User(list(held)) for user, held in house.users.items()}
        self._load(house)

    def request(self, question: Question) -> tuple[_User, str, str]:
        """See `Decider`."""
        user, permission = question
        resource, action = permission.split(":")
        return self._users[user], action, resource

    def allows(self, request: tuple[_User, str, str]) -> bool:
        """See `Rival`."""
        return self._oso.is_allowed(*request)

    async def edit(self, house: House) -> None:
        """See `Decider`."""
        self._oso.clear_rules()
        self._load(house)

    def _load(self, house: House) -> None:
        permits = [_fact("permits", role, *permission.split(":")) for role, permission in _grants(house)]
        inherits = [_fact("inherits", *pair) for pair in house.below.items()]
        self._oso.load_str("\n".join([self.RULES, *permits, *inherits]))


class Cedar(Rival):
    """cedarpy, with policies and entities parsed beforehand; an edit parses the policies anew."""

    def __init__(self, house: House) -> None:
        """Go by *house*."""
        roles = [_entity("Role", role, [house.below[role]] if role in house.below else []) for role in house.roles]
        users = [_entity("User", user, held) for user, held in house.users.items()]
        self._entities = cedarpy.Entities.from_json_str(json.dumps([*roles, *users]))
        self._policies = self._parsed(house)

    def request(self, question: Question) -> dict[str, dict[str, str]]:
        """See `Decider`."""
        user, permission = question
        resource, action = permission.split(":")
        return {"principal": _uid("User", user), "action": _uid("Action", action), "resource": _uid("Thing", resource)}

    def allows(self, request: dict[str, dict[str, str]]) -> bool:
        """See `Rival`."""
        return cedarpy.is_authorized(request, self._policies, self._entities).allowed

    async def edit(self, house: House) -> None:
        """See `Decider`."""
        self._policies = self._parsed(house)

    @staticmethod
    def _parsed(house: House) -> cedarpy.PolicySet:
        policy = 'permit(principal in Role::"{}", action == Action::"{}", resource == Thing::"{}");'
        grants = ((role, *permission.split(":")) for role, permission in _grants(house))
        return cedarpy.PolicySet.from_str("\n".join(policy.format(role, verb, thing) for role, thing, verb in grants))


class Vakt(Rival):
    """vakt, with a policy for each permission that names all roles which have it: it knows no inheritance."""

    def __init__(self, house: House) -> None:
        """Go by *house*."""
        self._users = house.users
        self._storage = vakt.MemoryStorage()
        for permission in PERMISSIONS:
            self._storage.add(self._policy(house, permission))
        self._guard = vakt.Guard(self._storage, vakt.RulesChecker())

    def request(self, question: Question) -> vakt.Inquiry:
        """See `Decider`."""
        user, permission = question
        resource, action = permission.split(":")
        return vakt.Inquiry(resource=resource, action=action, subject={"roles": list(self._users[user])})

    def allows(self, request: vakt.Inquiry) -> bool:
        """See `Rival`."""
        return self._guard.is_allowed(request)

    async def edit(self, house: House) -> None:
        """See `Decider`."""
        _, permission = house.edit
        self._storage.update(self._policy(house, permission))

    @staticmethod
    def _policy(house: House, permission: str) -> vakt.Policy:
        resource, action = permission.split(":")
        roles = [role for role in house.roles if permission in house.allowed(role)]
        return vakt.Policy(
            permission,
            actions=[vakt.rules.Eq(action)],
            resources=[vakt.rules.Eq(resource)],
            subjects=[{"roles": vakt.rules.AnyIn(*roles)}],
            effect=vakt.ALLOW_ACCESS,
        )


def _grants(house: House) -> list[tuple[str, str]]:
    return [(role, permission) for role, allowed in house.roles.items() for permission in sorted(allowed)]


def _fact(name: str, *terms: str) -> str:
    return f"{name}({', '.join(json.dumps(term) for term in terms)});"


def _uid(kind: str, name: str) -> dict[str, str]:
    return {"type": kind, "id": name}


def _entity(kind: str, name: str, roles: Sequence[str]) -> dict[str, object]:
    return {"uid": _uid(kind, name), "attrs": {}, "parents": [_uid("Role", role) for role in roles]}
