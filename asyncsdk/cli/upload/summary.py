"""What became of files that were to be sent, in figures: for people, and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from attrs import field, frozen

from ..terminal.problems import sentence
from ..terminal.text import counted, elapsed, printable, size

if TYPE_CHECKING:
    from collections.abc import Sequence

_FAILURES_SHOWN = 5


@frozen
class Outcome:
    """What became of one file.

    Attributes:
        path: as it was typed.
        status: what it came to.
        size: bytes.
        key: its name in the storage, where it was sent.
        error: why it failed.
    """

    path: str
    status: Literal["sent", "skipped", "failed"]
    size: int = 0
    key: str | None = None
    error: Exception | None = field(default=None, kw_only=True)

    def line(self) -> str:
        """For people."""
        said = {"sent": f"sent ({size(self.size)})", "skipped": "skipped: it is there already with this size"}
        return f"{printable(self.path)}: {said.get(self.status) or f'failed: {self._why()}'}"

    def wire(self) -> dict[str, Any]:
        """As JSON."""
        found = {"file": self.path, "status": self.status, "size": self.size, "key": self.key, "error": self._why()}
        return {name: value for name, value in found.items() if value is not None}

    def _why(self) -> str | None:
        return None if self.error is None else sentence(self.error)


@frozen
class Summary:
    """What became of all.

    Attributes:
        device: what recorded them.
        session: the session they belong to.
        outcomes: file by file.
        seconds: how long it took.
    """

    device: str
    session: str
    outcomes: Sequence[Outcome]
    seconds: float

    def of(self, status: str) -> list[Outcome]:
        """Those that came to one thing."""
        return [each for each in self.outcomes if each.status == status]

    def wire(self) -> dict[str, Any]:
        """All of it as one JSON object."""
        sent = self.of("sent")
        return {
            "device": self.device,
            "session": self.session,
            "sent": len(sent),
            "skipped": len(self.of("skipped")),
            "failed": len(self.of("failed")),
            "bytes": sum(each.size for each in sent),
            "seconds": round(self.seconds, 3),
            "files": [each.wire() for each in self.outcomes],
        }

    def lines(self) -> list[str]:
        """The same for people."""
        sent, skipped, failed = self.of("sent"), self.of("skipped"), self.of("failed")
        there = f"{counted(len(skipped), 'file')} skipped, there already with the same size"
        if skipped and not sent and not failed:
            return [f"nothing to send: {there}"]
        count = sum(each.size for each in sent)
        pace = size(count / self.seconds) if self.seconds > 0 else "0 B"
        said = [f"{counted(len(sent), 'file')} sent, {size(count)} in {elapsed(self.seconds)} ({pace}/s)"]
        if skipped:
            said.append(there)
        said += [each.line() for each in failed[:_FAILURES_SHOWN]]
        if len(failed) > _FAILURES_SHOWN:
            said.append(f"and {counted(len(failed) - _FAILURES_SHOWN, 'more failure')}")
        return said
