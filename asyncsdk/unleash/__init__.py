"""Unleash live: the Analytics API."""
