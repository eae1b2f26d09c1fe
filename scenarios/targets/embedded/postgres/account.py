"""Who Postgres and pgbouncer run as: both refuse to run as root."""

import os
import pwd
import shutil
from contextlib import suppress
from pathlib import Path

from scenarios.targets.errors import TargetError

CANDIDATES = ("postgres", "nobody")
"""The user that Debian's package makes for it, else the one that every machine has."""


def ordinary_user() -> str | None:
    """The user to run as where this process is root's; None where it is not, and nobody has to change.

    Raises:
        TargetError: root, and the machine has none of the candidates.
    """
    if os.geteuid() != 0:
        return None
    for name in CANDIDATES:
        with suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    raise TargetError(
        f"Postgres does not run as root, and there is no user {' or '.join(CANDIDATES)} to run it as; "
        "make one (adduser --system postgres), or run keystone as an ordinary user"
    )


def make_private(path: Path, user: str | None, text: str | None = None) -> Path:
    """Make a folder, or a file with `text`, that `user` alone (and root) may enter or read; return its path."""
    if text is None:
        path.mkdir(mode=0o700)
    else:
        path.touch(mode=0o600, exist_ok=False)
        path.write_text(text)
    if user is not None:
        shutil.chown(path, user, pwd.getpwnam(user).pw_gid)
    return path
