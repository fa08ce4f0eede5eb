"""What can be pulled: data sets, windows, shards, plans, the ledger, and backfill."""
