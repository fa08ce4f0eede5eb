"""Unleash live Analytics: client, rows, and its own fast columns."""
