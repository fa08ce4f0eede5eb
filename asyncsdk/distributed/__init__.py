"""The same plan on engines that people have already; an adapter a file, each imported by its own name.

`asyncsdk.distributed.polars.scan`, `asyncsdk.distributed.dask.read` and ``backfill``, `asyncsdk.distributed.ray.read` and ``backfill``,
`asyncsdk.distributed.spark.register`. They take a plan and ``connect``, a recipe for a client as in `asyncsdk.datasets.read`; credentials are
read where the work is done, and travel nowhere.
"""
