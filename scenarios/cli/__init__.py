"""The `keystone` command."""

from scenarios.cli.main import main

__all__ = ["main"]
