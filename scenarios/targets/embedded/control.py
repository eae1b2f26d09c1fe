"""How commands reach a stack's supervisor: one JSON line asked, one JSON line answered, over a Unix socket."""

import json
import os
import socket
from pathlib import Path
from typing import Any

from scenarios.targets.embedded.state_dir import StateDir
from scenarios.targets.errors import TargetError, WrongUse

ANSWER_TIMEOUT_S = 120.0


def listen(path: Path) -> socket.socket:
    """A listening socket at `path`, whatever that path's length."""
    listener = socket.socket(socket.AF_UNIX)
    with _short(path) as short:
        listener.bind(short)
    listener.listen()
    return listener


def ask(path: Path, request: dict[str, Any]) -> dict[str, Any]:
    """Send `request` to the supervisor that listens at `path`; return its answer.

    Raises:
        TargetError: nobody listens there, it went away, or it answered with an error.
        WrongUse: it answered that there is no such thing.
    """
    try:
        with socket.socket(socket.AF_UNIX) as connection, _short(path) as short:
            connection.settimeout(ANSWER_TIMEOUT_S)
            connection.connect(short)
            connection.sendall(json.dumps(request).encode() + b"\n")
            answer: dict[str, Any] = json.loads(connection.makefile("rb").readline() or b"{}")
    except (OSError, ValueError) as error:
        down = StateDir(path.parent).command("down")
        raise TargetError(f"the stack in {path.parent} does not answer ({error}); end it with `{down}`") from error
    if "error" in answer:
        raise (WrongUse if answer.get("wrong_use") else TargetError)(answer["error"])
    return answer


class _short:  # noqa: N801 - reads as a function where it is used
    """A path to the same file that fits into a socket address (107 bytes), by way of its folder's descriptor."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> str:
        self._folder = os.open(self._path.parent, os.O_PATH | os.O_DIRECTORY)
        return f"/proc/self/fd/{self._folder}/{self._path.name}"

    def __exit__(self, *_: object) -> None:
        os.close(self._folder)
