"""Workgroups: settings that hold for the statements of a team, and may overrule those of a request."""

import time
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any, Final

from scenarios.targets.embedded.athena.api.described import ENGINE_VERSION
from scenarios.targets.embedded.athena.api.errors import InvalidRequestException
from scenarios.targets.embedded.athena.api.paging import page

Request = dict[str, Any]
PRIMARY: Final = "primary"
ENGINES: Final = tuple(ENGINE_VERSION.values())
_NO_OUTPUT: Final = (
    "No output location provided. An output location is required either through the Workgroup result configuration "
    "setting or as an API input."
)
_PLAIN: Final = (
    "EnforceWorkGroupConfiguration",
    "PublishCloudWatchMetricsEnabled",
    "BytesScannedCutoffPerQuery",
    "RequesterPaysEnabled",
    "EnableMinimumEncryptionConfiguration",
)
_OF_RESULTS: Final = ("OutputLocation", "EncryptionConfiguration", "ExpectedBucketOwner", "AclConfiguration")


@dataclass(frozen=True)
class Workgroup:
    """One as it was at a moment; `configuration` is as the API has it."""

    name: str
    configuration: dict[str, Any]
    description: str = ""
    state: str = "ENABLED"
    created_at: float = field(default_factory=time.time)

    @property
    def shown(self) -> dict[str, Any]:
        """As GetWorkGroup gives it."""
        return {
            "Name": self.name,
            "State": self.state,
            "Configuration": deepcopy(self.configuration),
            "Description": self.description,
            "CreationTime": self.created_at,
        }

    @property
    def summary(self) -> dict[str, Any]:
        """As ListWorkGroups gives it."""
        shown = {name: value for name, value in self.shown.items() if name != "Configuration"}
        return {**shown, "EngineVersion": ENGINE_VERSION}

    @property
    def cutoff_bytes(self) -> int | None:
        """How much a statement may scan."""
        return self.configuration.get("BytesScannedCutoffPerQuery")

    def results(self, requested: Mapping[str, Any]) -> dict[str, Any]:
        """The result configuration that counts: the request's where it is free to say, else this one's.

        Raises:
            InvalidRequestException: it names no output location, or the workgroup takes no statements.
        """
        if self.state != "ENABLED":
            raise InvalidRequestException(f"WorkGroup {self.name} is disabled.")
        own = self.configuration.get("ResultConfiguration", {})
        found = own if self.configuration["EnforceWorkGroupConfiguration"] else {**own, **requested}
        if not found.get("OutputLocation"):
            raise InvalidRequestException(_NO_OUTPUT)
        return dict(found)


class Workgroups:
    """All of them; `primary` is there from the start. Any thread may call it."""

    def __init__(self, results: str | None = None) -> None:
        """`results` is the output location of `primary`; None: it has none, as a new account of AWS."""
        own = {
            "EnforceWorkGroupConfiguration": False,
            "ResultConfiguration": {"OutputLocation": results} if results else {},
        }
        self._groups = {PRIMARY: Workgroup(PRIMARY, _configuration(own))}
        self._lock = Lock()

    def find(self, name: str) -> Workgroup:
        """One of them.

        Raises:
            InvalidRequestException: there is none of that name.
        """
        with self._lock:
            return self._find(name)

    def create(self, request: Request) -> Request:
        """CreateWorkGroup."""
        name = request["Name"]
        _refuse_others(request.get("Configuration", {}), "ManagedQueryResultsConfiguration")
        with self._lock:
            if name in self._groups:
                raise InvalidRequestException("WorkGroup is already created")
            configuration = _configuration(request.get("Configuration", {}))
            self._groups[name] = Workgroup(name, configuration, request.get("Description", ""))
        return {}

    def get(self, request: Request) -> Request:
        """GetWorkGroup."""
        return {"WorkGroup": self.find(request["WorkGroup"]).shown}

    def list_page(self, request: Request) -> Request:
        """ListWorkGroups, by name."""
        with self._lock:
            groups = sorted(self._groups.items())
        return page("WorkGroups", [group.summary for _, group in groups], request)

    def update(self, request: Request) -> Request:
        """UpdateWorkGroup."""
        _refuse_others(request.get("ConfigurationUpdates", {}), "ManagedQueryResultsConfigurationUpdates")
        with self._lock:
            group = self._find(request["WorkGroup"])
            self._groups[group.name] = replace(
                group,
                configuration=_updated(group.configuration, request.get("ConfigurationUpdates", {})),
                description=request.get("Description", group.description),
                state=request.get("State", group.state),
            )
        return {}

    def delete(self, name: str) -> None:
        """Delete one.

        Raises:
            InvalidRequestException: there is none of that name, or it is `primary`.
        """
        with self._lock:
            if self._find(name).name == PRIMARY:
                raise InvalidRequestException("Unable to delete primary workgroup")
            del self._groups[name]

    def _find(self, name: str) -> Workgroup:
        found = self._groups.get(name)
        if found is None:
            raise InvalidRequestException(f"WorkGroup {name} is not found.")
        return found


def _refuse_others(settings: Mapping[str, Any], managed: str) -> None:
    """Settings under which results would be another's affair, or statements another engine's."""
    engine = settings.get("EngineVersion", {}).get("SelectedEngineVersion", "AUTO")
    if engine not in ENGINES:
        raise InvalidRequestException(f"engine version {engine!r} is not supported here, only {', '.join(ENGINES)}")
    for name, switch in ((managed, "Enabled"), ("IdentityCenterConfiguration", "EnableIdentityCenter")):
        if settings.get(name, {}).get(switch):
            raise InvalidRequestException(f"{name} is not supported here")


def _configuration(given: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "ResultConfiguration": {},
        "EnforceWorkGroupConfiguration": True,
        "PublishCloudWatchMetricsEnabled": False,
        "RequesterPaysEnabled": False,
        **given,
        "EngineVersion": dict(ENGINE_VERSION),
    }


def _updated(configuration: Mapping[str, Any], updates: Mapping[str, Any]) -> dict[str, Any]:
    """With what is given, and without what is to be removed."""
    new = {**configuration, **{name: updates[name] for name in _PLAIN if name in updates}}
    if updates.get("RemoveBytesScannedCutoffPerQuery"):
        new.pop("BytesScannedCutoffPerQuery", None)
    results, changes = dict(new.get("ResultConfiguration", {})), updates.get("ResultConfigurationUpdates", {})
    for name in _OF_RESULTS:
        if name in changes:
            results[name] = changes[name]
        if changes.get(f"Remove{name}"):
            results.pop(name, None)
    return {**new, "ResultConfiguration": results}
