"""Errors that a person can mend, each with the exit code a command ends with."""

__all__ = ["DataError", "LexiconError", "ModelError", "PrmktmlError", "UsageError"]


class PrmktmlError(Exception):
    """What a person can mend: the message says where, what was found and what to do.

    Attributes
    ----------
    exit_code : int
        What a command returns when it ends with this error.
    """

    exit_code = 1


class UsageError(PrmktmlError):
    """A command or a function was called in a way it cannot serve."""

    exit_code = 2


class DataError(PrmktmlError):
    """A file cannot be read, or its contents are not what they must be."""

    exit_code = 3


class LexiconError(DataError):
    """A lexicon file has a line that is none."""


class ModelError(PrmktmlError):
    """A model file is missing, damaged, foreign, or does not fit this version."""

    exit_code = 4
