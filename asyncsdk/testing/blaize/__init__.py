"""The Blaize (Zephr) Admin API for tests: every operation over the state of one tenant, with the document's examples in it."""

from .service import BlaizeService
from .shared import Sent

__all__ = ["BlaizeService", "Sent"]
