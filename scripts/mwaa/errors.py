"""What can be wrong with an environment of Amazon MWAA.

NotReady
├── UnknownVersion    nobody has written pins for it
├── MissingPin        a package would be whatever is newest
├── StepFailed        a step of the check ended with an error
├── EssentialReplaced pip would replace what MWAA needs
└── WrongDags         they do not import as they should
"""


class NotReady(Exception):
    """What was built must not be uploaded; the text says why."""


class UnknownVersion(NotReady):
    """There are no pins for a version."""


class MissingPin(NotReady):
    """A package is in no line of the constraints."""


class StepFailed(NotReady):
    """A step of the check ended with an error; the text has the end of its output."""


class EssentialReplaced(NotReady):
    """pip would install another version of a package that MWAA allows nobody to replace."""


class WrongDags(NotReady):
    """Files that cannot be imported, that hold no DAG, or that import what takes long."""
