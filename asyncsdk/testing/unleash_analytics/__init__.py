"""The Analytics API of Unleash live for tests: its document's own samples, and generated devices beside them."""

from .service import AnalyticsService

__all__ = ["AnalyticsService"]
