"""The sandbox of Cognitive3D."""

from .service import CognitiveService

__all__ = ["CognitiveService"]
