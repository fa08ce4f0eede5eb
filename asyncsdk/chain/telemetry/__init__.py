"""Who is told of a call while it goes on: hooks, and tracing."""
