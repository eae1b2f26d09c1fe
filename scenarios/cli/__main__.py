"""Where `keystone` starts: Ctrl-C is answered in one line also while the commands are still being loaded."""

import sys


def main() -> None:
    """Run the command line."""
    try:
        from scenarios.cli.main import main as commands  # noqa: PLC0415 - see above
    except KeyboardInterrupt:
        print("keystone: interrupted", file=sys.stderr)
        sys.exit(130)
    commands()


if __name__ == "__main__":
    main()
