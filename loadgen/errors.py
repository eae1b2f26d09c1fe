"""What can go wrong in the load generator:

LoadgenError
    SourceError    the orders to send cannot be read
    NoServerError  nobody answers at the address to send to
    WorkerError    several processes were to send, and one of them, or their coordinator, is not there
"""


class LoadgenError(Exception):
    """Base of all errors that this package raises on purpose."""


class SourceError(LoadgenError):
    """Orders cannot be read; the text names the place, the value given and what is allowed."""


class NoServerError(LoadgenError):
    """No ingest server answered before the first event was due; nothing was sent."""


class WorkerError(LoadgenError):
    """One of several senders, or their coordinator, did not come, is of another release, or went too early."""
