"""What a cut-off update left behind: live things that the state lacks, and the way back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

from gateway_rules.audit import (
    Endpoints,
    Live,
    LiveAcl,
    LiveRule,
    aimed,
    delete_acl_command,
    delete_group_command,
    revoke_command,
)
from gateway_rules.deploy import resource_names
from gateway_rules.deploy.repair.state import PendingOperation, StackState, StateResource
from gateway_rules.packets import traffic
from gateway_rules.planning import PREFIX, Plan

_BY_AWS: Final = frozenset({"0.0.0.0/0", "::/0"})
"""Where AWS lets a new group send everything (CreateSecurityGroup)."""

_PARENT: Final = "gateway"
"""What the file that `pulumi import` takes calls the component."""


@dataclass(frozen=True)
class StateImport:
    """A live thing that the state lacks and is to have under this name."""

    type: str
    name: str
    id: str
    wanted: bool
    """Whether the stack's files ask for it; if not, the next update removes it."""

    def as_json(self) -> dict[str, Any]:
        """Give the parts under their own names."""
        return {"type": self.type, "name": self.name, "id": self.id, "wanted": self.wanted}


@dataclass(frozen=True)
class ByHand:
    """A live thing that neither files nor state know, for a person to judge."""

    id: str
    what: str
    command: str
    """What removes it, with the AWS CLI."""

    def as_json(self) -> dict[str, str]:
        """Give the parts under their own names."""
        return {"id": self.id, "what": self.what, "command": self.command}


Judged: TypeAlias = StateImport | ByHand


@dataclass(frozen=True)
class Repairs:
    """What stands between the state and AWS, and what mends it."""

    imports: tuple[StateImport, ...] = ()
    by_hand: tuple[ByHand, ...] = ()
    pending: tuple[PendingOperation, ...] = ()
    gone: tuple[StateResource, ...] = ()
    """What the state has and AWS has not."""
    strays: tuple[str, ...] = ()
    """ACLs one too many that hold subnets which the state has elsewhere."""

    def aimed(self, endpoints: Endpoints) -> Repairs:
        """Aim the commands for a person at the endpoints that were asked."""
        by_hand = (replace(one, command=aimed(one.command, endpoints)) for one in self.by_hand)
        return replace(self, by_hand=tuple(by_hand))

    @property
    def refreshes(self) -> bool:
        """Tell whether the state has to be read from AWS again."""
        return bool(self.pending or self.gone or self.strays)


NONE: Final = Repairs()


def repairs(plan: Plan, found: Live, state: StackState) -> Repairs:
    """Compare what AWS has with what the state has.

    What the files ask for goes into the state under its own name, and so does what was
    being made when an update was cut off, what AWS itself puts into a new group, and an
    ACL that is one too many: only updates of this stack can have left them. The next
    update removes those that the files do not ask for, after it has made what they do.
    All else is for a person to judge.
    """
    judged = [*_groups(plan, found, state), *_rules(plan, found, state), *_acls(plan, found, state)]
    imports = tuple(one for one in judged if isinstance(one, StateImport))
    lacking = [acl for acl in _own(found) if acl.id in {i.id for i in imports if not i.wanted}]
    return Repairs(
        imports,
        tuple(one for one in judged if isinstance(one, ByHand)),
        state.pending,
        tuple(one for one in state.resources if one.id not in _ids(found)),
        tuple(acl.id for acl in lacking if acl.subnets),
    )


def _own(found: Live) -> tuple[LiveAcl, ...]:
    return tuple(acl for acl in found.acls if acl.own)


def _ids(found: Live) -> frozenset[str]:
    """Give the ids of all groups, rules and ACLs that AWS shows.

    Of those that lost the stack's tag they are still its state's; the next update tags them.
    """
    groups = {**found.groups, **found.others}
    rules = (rule.id for some in groups.values() for rule in some)
    return frozenset({*groups, *rules, *(acl.id for acl in found.acls)})


def _wanted(plan: Plan) -> frozenset[str]:
    return resource_names.planned(plan.site.stack, plan.groups)


def _groups(plan: Plan, found: Live, state: StackState) -> Iterator[Judged]:
    """Judge the groups that the state lacks."""
    for id_ in sorted(found.groups.keys() - state.ids):
        name = resource_names.group(plan.site.stack, _key(plan, found.names[id_]))
        if name in _wanted(plan) | state.begun:
            yield StateImport(resource_names.GROUP, name, id_, name in _wanted(plan))
        else:
            command = delete_group_command(plan.site, id_)
            yield ByHand(id_, f"the group {found.names[id_]}", command)


def _key(plan: Plan, name: str) -> str:
    """Give the key of a group by its name in AWS."""
    return name.removeprefix(f"{PREFIX}-{plan.site.stack}").removeprefix("-") or "group"


def _rules(plan: Plan, found: Live, state: StackState) -> Iterator[Judged]:
    """Judge the rules that the state lacks, in groups that it has or is to have."""
    lacking = {one.id for one in _groups(plan, found, state) if isinstance(one, StateImport)}
    for id_ in sorted(found.groups.keys() & (state.ids | lacking)):
        key = _key(plan, found.names[id_])
        for rule in sorted(found.groups[id_], key=lambda rule: rule.id):
            if rule.id not in state.ids:
                yield _rule(plan, state, key, rule, new=id_ in lacking)


def _rule(plan: Plan, state: StackState, key: str, rule: LiveRule, *, new: bool) -> Judged:
    """Judge a rule by the name that its content gives it; `new` is its group to the state."""
    wanted = _wanted(plan)
    name = resource_names.rule(plan.site.stack, key, rule)
    if name in wanted | state.begun or (new and _is_by_aws(rule)):
        return StateImport(resource_names.RULES[rule.direction], name, rule.id, name in wanted)
    what = f"the rule {rule.direction} {traffic(rule)} {rule.source} of {rule.group}"
    return ByHand(rule.id, what, revoke_command(plan.site, rule))


def _is_by_aws(rule: LiveRule) -> bool:
    return (rule.direction, rule.protocol) == ("egress", "-1") and rule.source in _BY_AWS


def _acls(plan: Plan, found: Live, state: StackState) -> Iterator[Judged]:
    """Judge the ACLs that the state lacks.

    The one that holds most subnets takes the place, when no living one has it. A half-made
    one will do: it differs from the plan, so the next update replaces it like any other.
    One that guards subnets of others is left to a person: they would fall back to the VPC's
    default ACL when it goes.
    """
    name = resource_names.acl(plan.site.stack)
    lacking = [acl for acl in _own(found) if acl.id not in state.ids]
    lacking.sort(key=lambda acl: (len(acl.subnets), len(acl.entries), acl.id), reverse=True)
    if lacking and state.names.get(name) not in _ids(found):
        yield StateImport(resource_names.ACL, name, lacking.pop(0).id, wanted=True)
    for acl in lacking:
        if others := ", ".join(sorted(acl.subnets - found.subnets.keys())):
            what = f"an ACL with the stack's tag, which guards {others} as well"
            yield ByHand(acl.id, what, delete_acl_command(plan.site, acl.id))
        else:
            yield StateImport(resource_names.ACL, f"{name}-left-{acl.id}", acl.id, wanted=False)


def import_file(
    state: StackState, gateway: str, imports: Iterable[StateImport], plugin: str
) -> dict[str, Any]:
    """Write down what to import as parts of the gateway, made if the state lacks even that.

    `plugin` is the version of the AWS plugin to take where the state names none; another one
    than the program's would be another provider, and each resource would change hands.
    """
    version = state.plugin or plugin
    parent = _PARENT if state.gateway else gateway
    made = {"type": resource_names.GATEWAY, "name": gateway, "component": True}
    return {
        "nameTable": {_PARENT: state.gateway} if state.gateway else {},
        "resources": [
            *([] if state.gateway else [made]),
            *(
                {"type": one.type, "name": one.name, "id": one.id}
                | {"parent": parent, "version": version}
                for one in imports
            ),
        ],
    }
