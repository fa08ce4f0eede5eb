"""The sandbox of the Livepeer API: what the open-source server does, with state, in two of its releases."""

from .service import LivepeerService

__all__ = ["LivepeerService"]
