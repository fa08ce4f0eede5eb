"""Adapters to what our users' programs are made of, one a file; each needs its own extra."""
