"""What carries a request: transports of ours for each event loop, and those of the caller."""
