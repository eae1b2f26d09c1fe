"""What can go wrong with a target."""


def one_line(error: BaseException) -> str:
    """An error's text, for the middle of ours: some are of several lines."""
    return " ".join(str(error).split())


class TargetError(Exception):
    """A target did not start, died, or cannot do what was asked; the text says what to do. Exit code 3."""
