"""S3 over the files of a folder: versitygw, in place of the emulation's memory.

It holds what the disk holds, takes less CPU than the emulation, and may die and come back with all that it had. Each
object is a file, its metadata the file's extended attributes.
"""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from scenarios.targets.embedded.aws.keys import AccessKeys
from scenarios.targets.embedded.part import Part
from scenarios.targets.embedded.ports import is_listening
from scenarios.targets.errors import TargetError

PART: Final = "s3"
_VERSION_TIMEOUT_S: Final = 30


def find_gateway() -> str:
    """Where the program is.

    Raises:
        TargetError: it is not installed.
    """
    beside = Path(sys.executable).with_name("versitygw")
    found = str(beside) if beside.exists() else shutil.which("versitygw")
    if found is None:
        raise TargetError(
            "versitygw is not installed; build it with `make object-store`, which needs Go, or take --object-store moto"
        )
    return found


def gateway_version() -> str:
    """What the program says of itself.

    Raises:
        TargetError: it is not installed, or does not run.
    """
    command = [find_gateway(), "--version"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_VERSION_TIMEOUT_S)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise TargetError(f"versitygw does not run: {error}; build it anew with `make object-store`") from None
    found = re.search(r"Version\s*:\s*(\S+)", done.stdout)
    if found is None:
        raise TargetError(f"{command[0]} does not say its version; build it anew with `make object-store`")
    return found[1]


def gateway(folder: Path, log: Path, port: int, region: str, root: AccessKeys, others: Sequence[AccessKeys]) -> Part:
    """The store as a part of the stack.

    Args:
        folder: where objects, accounts and the access log lie; made here.
        root: the keys of the store's owner.
        others: keys of those who may do the same and are told apart in the access log.
    """
    for name in ("objects", "accounts"):
        (folder / name).mkdir(parents=True)
    accounts = folder / "accounts" / "users.json"
    accounts.touch(mode=0o600)
    accounts.write_text(json.dumps({"accessAccounts": {keys.access: _administrator(keys) for keys in others}}))
    command = [
        *[find_gateway(), "--port", f"127.0.0.1:{port}", "--region", region, "--quiet"],
        *["--iam-dir", str(folder / "accounts"), "--access-log", str(access_log(folder))],
        *["posix", str(folder / "objects")],
    ]
    # In the environment, because everybody may read a command line.
    credentials = {"ROOT_ACCESS_KEY": root.access, "ROOT_SECRET_KEY": root.secret}
    return Part(PART, command, log, ready=lambda: is_listening(port), environment=credentials)


def access_log(folder: Path) -> Path:
    """Where the store of this folder logs requests."""
    return folder / "access.log"


def _administrator(keys: AccessKeys) -> dict[str, str | int]:
    return {
        "access": keys.access,
        "secret": keys.secret,
        "role": "admin",
        "userID": 0,
        "groupID": 0,
        "projectID": 0,
    }
