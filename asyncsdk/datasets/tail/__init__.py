"""Data that never stops: the rows that are new, and windows that are committed as they settle."""
