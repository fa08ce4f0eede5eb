"""One engine beside a service that kills its workers: run by `test_engines.py` in a network of its own; says what it found as JSON.

It stands in a process of its own, since engines leave threads and settings behind.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import polars as pl
import trial

from asyncsdk import ParquetSink, SDKError

# Some requests from the beginning, and in the midst of the rest.
AT = 20, 120


def at(world, *requests):
    world.killer.at[:], world.killer.requests = requests, 0
    world.killer.killed.clear()


def told(world, rows, **more):
    """What became of one part of a trial."""
    killed, requests = len(world.killer.killed), world.killer.requests
    return {"exact": world.is_truth(rows), "killed": killed, "requests": requests, "needed": world.needed, **more}


def on_ray(world, root):
    import ray
    from ray.exceptions import RayError

    from asyncsdk.distributed.ray import backfill, read

    with tempfile.TemporaryDirectory(prefix="ray") as own:  # the path of a socket is short
        ray.init(
            num_cpus=2,
            include_dashboard=False,
            _node_ip_address="127.0.0.1",
            _temp_dir=own,
            object_store_memory=100_000_000,
            log_to_driver=False,
            logging_level="ERROR",
        )
        try:
            at(world, *AT)
            read(world.plan, world.connect).write_parquet(str(root / "read"))
            yield "read", told(world, pl.read_parquet(root / "read/*.parquet"))

            at(world, *AT)
            found = backfill(world.plan, world.connect, ParquetSink(root / "filled"))
            yield "backfill", told(world, pl.read_parquet(root / "filled"), done=found.done, shards=found.shards)

            refused = trial.partial(trial.refused, world.connect.args[0])
            at(world)
            try:
                backfill(world.plan, refused, ParquetSink(root / "refused"))
            except SDKError as error:
                yield "refused", {"requests": world.killer.requests, "said": str(error), "error": type(error).__name__}
            at(world)
            try:
                read(world.plan, refused).materialize()
            except RayError as error:
                yield "refused read", {"requests": world.killer.requests, "said": str(error)}
        finally:
            ray.shutdown()


def on_spark(world, root):
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession, functions as sql

    from asyncsdk.distributed.spark import register

    settings = {
        "spark.driver.host": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.local.dir": str(root),
        "spark.sql.warehouse.dir": str(root / "warehouse"),
        "spark.sql.session.timeZone": "Asia/Tokyo",
        "spark.sql.python.filterPushdown.enabled": "true",
    }
    builder = SparkSession.builder.master("local[2,4]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("OFF")
    try:
        register(spark)
        options = {
            "dataset": world.plan.dataset,
            "keys": ",".join(world.plan.keys),
            "start": trial.START.isoformat(),
            "end": str(world.plan.end),
            "client": "trial:connected",
            "base_url": world.connect.args[0],
        }

        def load(**more):
            return spark.read.format("asyncsdk").options(**options | more).load()

        at(world, *AT)
        load().write.parquet(str(root / "read"))
        yield "read", told(world, pl.read_parquet(root / "read/*.parquet"))

        # A frame that is used again, with and without conditions.
        frame, device = load(), world.plan.keys[1]
        at(world)
        some = frame.where(sql.col("device_id") == device).count()
        yield "again", told(world, frame.toArrow(), some=some)

        half = sql.lit(trial.START + trial.timedelta(hours=6))
        conditions = (sql.col("device_id") == device) & (sql.col("timestamp") >= half)
        expected = world.truth.filter(pl.col("device_id") == device, pl.col("timestamp") >= trial.SIX).height
        at(world)
        counted = load(pushdown="true").where(conditions).count()
        yield "pushed", {"rows": counted, "expected": expected, "requests": world.killer.requests}

        at(world)
        try:
            load(client="trial:refused").count()
        except PySparkException as error:
            yield "refused", {"requests": world.killer.requests, "said": str(error)}
    finally:
        spark.stop()


if __name__ == "__main__":
    with trial.world() as world:
        said = dict({"ray": on_ray, "spark": on_spark}[sys.argv[1]](world, Path(sys.argv[2])))
    sys.stdout.write(f"\n{json.dumps(said)}\n")
