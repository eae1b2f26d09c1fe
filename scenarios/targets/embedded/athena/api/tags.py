"""Tags of workgroups and catalogs."""

from threading import Lock
from typing import Any

from scenarios.targets.embedded.athena.api.paging import page

Request = dict[str, Any]
MOST = 75


class Tags:
    """All of them, by the ARN of what they are tags of. Any thread may call it."""

    def __init__(self) -> None:
        self._tags: dict[str, dict[str, str]] = {}
        self._lock = Lock()

    def add(self, request: Request) -> Request:
        """TagResource."""
        with self._lock:
            known = self._tags.setdefault(request["ResourceARN"], {})
            known.update({tag["Key"]: tag.get("Value", "") for tag in request["Tags"]})
        return {}

    def remove(self, request: Request) -> Request:
        """UntagResource."""
        with self._lock:
            for key in request["TagKeys"]:
                self._tags.get(request["ResourceARN"], {}).pop(key, None)
        return {}

    def list_page(self, request: Request) -> Request:
        """ListTagsForResource."""
        with self._lock:
            known = dict(self._tags.get(request["ResourceARN"], {}))
        return page("Tags", [{"Key": key, "Value": value} for key, value in known.items()], request, MOST)

    def forget(self, arn: str) -> None:
        """All of one resource."""
        with self._lock:
            self._tags.pop(arn, None)
