"""Spark: a data source ``asyncsdk``, for batches and streams."""

# an engine that is not installed with the others
# pyright: reportMissingImports=false

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def register(spark: SparkSession) -> None:
    """Make the data source ``asyncsdk`` known to a session.

    ::

        asyncsdk.distributed.spark.register(spark)
        options = {"dataset": "unleash_analytics.rows", "keys": "all", "start": "2026-01-01", "end": "2026-01-31"}
        rows = spark.read.format("asyncsdk").options(**options).load()
        rows.where("device_id = 'W9d3f1bcad8e8abd'").write.parquet("rows")

    Options, all of them texts: ``dataset``; ``keys``, ids with commas between, or ``all``; ``start`` and ``end``, days or times with a
    zone, in ISO 8601; ``window_minutes``; ``pieces``, the number of partitions; ``total_concurrency``, the pages asked for at once by
    all of these together; ``base_url``; ``client``, as ``module:Class`` for a system of your own. Keys and passwords are no options:
    a worker finds them in its environment.

    With the option ``pushdown=true`` conditions on key and time decide what is asked for, where
    ``spark.sql.python.filterPushdown.enabled`` is true; Spark says so where it is not. Load anew for each query then: a frame that was
    used with conditions before is read with these again by Spark 4.3, also where the next query has none.

    Args:
        spark: the session.
    """
    from .spark_source import Source

    spark.dataSource.register(Source)
