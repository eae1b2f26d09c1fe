"""What can go wrong with a target."""


class TargetError(Exception):
    """A target did not start, died, or cannot do what was asked; the text says what to do. Exit code 3."""
