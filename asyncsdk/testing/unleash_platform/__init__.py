"""The Unleash live Platform's sandbox: its operations behind a check of signatures, and a storage for files."""

from .service import UnleashPlatformService

__all__ = ["UnleashPlatformService"]
