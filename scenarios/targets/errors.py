"""What can go wrong with a target."""


def one_line(error: BaseException) -> str:
    """An error's text, for the middle of ours: some are of several lines."""
    return " ".join(str(error).split())


class WrongUse(Exception):
    """What was asked for is not there to be had, whatever the target; the text says what is. Exit code 2."""


class TargetError(Exception):
    """A target did not start, died, or cannot do what was asked; the text says what to do. Exit code 3."""


class LakeError(TargetError):
    """Work on a target's lake was not done, or not all of it."""
