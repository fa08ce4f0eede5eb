"""Sinks that are tables: DuckDB, Delta Lake, Iceberg. Each stands on an extra of its own, which is imported when it is used."""
