"""The engine on trio, over httpx2's connection pool."""
