"""From an error to one clear sentence on stderr, and the exit code. No traceback, and nothing secret, ever."""

from __future__ import annotations

import os
import sys
import traceback

import typer

from ...errors import APIError, AuthenticationError, PermissionDeniedError, SDKError
from ...http.redact import redact
from .text import one_line

FAILED = 1

_OF_PICTURES = ("matplotlib", "plotext")

# Keys read from files in this process: an error of another library must not show one either.
_secrets: set[str] = set()


def keep_secret(value: str) -> None:
    """From now on no message of this process shows this value."""
    _secrets.add(value)


class UsageError(typer.TyperException):
    """The command cannot be meant as it was typed."""

    exit_code = 2


class Problem(Exception):  # noqa: N818  # an error in words
    """What a command uses has failed in a way that says too little; this says it in a sentence."""


def usage(option: str, error: Exception | str) -> UsageError:
    """A usage error about one option, to be raised."""
    return UsageError(f"{option}: {error}")


def report(error: Exception) -> int:
    """Say on stderr what went wrong; a command without arguments that has shown its help is left at that.

    With ``ASYNCSDK_DEBUG=1`` a traceback comes first, without the values of variables.

    Returns:
        The exit code.
    """
    if os.environ.get("ASYNCSDK_DEBUG", "0") not in ("", "0"):
        sys.stderr.write(redact("".join(traceback.format_exception(error)), _secrets, most=100_000))
    if said := sentence(error):
        sys.stderr.write(f"error: {redact(said, _secrets)}\n")
    return error.exit_code if isinstance(error, typer.TyperException) else FAILED


def sentence(error: BaseException) -> str:
    """One line for a person."""
    if isinstance(error, BaseExceptionGroup):
        return sentence(error.exceptions[0])
    if isinstance(error, Problem):
        return one_line(str(error))
    if isinstance(error, typer.TyperException):
        return _usage_sentence(error)
    if isinstance(error, SDKError):
        return one_line(_service_sentence(error))
    if isinstance(error, OSError) and error.strerror:
        where = f"{os.fsdecode(error.filename)}: " if isinstance(error.filename, str | bytes) else ""
        return one_line(f"{where}{error.strerror}")
    if isinstance(error, ModuleNotFoundError) and error.name:
        extra = "plot" if error.name.partition(".")[0] in _OF_PICTURES else "cli"
        return f'this needs the package {error.name}, which is not installed: pip install "asyncsdk[{extra}]"'
    said = "" if isinstance(error, SystemExit | typer.Exit) else str(error)
    return one_line(f"{said or 'it ended without a reason'} ({type(error).__name__}; ASYNCSDK_DEBUG=1 shows where)")


def _usage_sentence(error: typer.TyperException) -> str:
    said = one_line(error.format_message()).rstrip(".")
    context = getattr(error, "ctx", None)
    return f"{said}; see: {context.command_path} --help" if said and context is not None else said


def _service_sentence(error: SDKError) -> str:
    said = error.message.removeprefix(f"{error.operation}: ")
    if isinstance(error, AuthenticationError | PermissionDeniedError):
        said = f"the service refused access ({said}): are the credentials right, and may they do this?"
    elif isinstance(error, APIError):
        said = f"the service answered {said}"
    if error.attempts > 1:
        said += f" (after {error.attempts} attempts)"
    return said if error.shard is None else f"{said} [{error.shard}]"
