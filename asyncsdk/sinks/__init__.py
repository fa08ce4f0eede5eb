"""Where rows go, and which shards are done there."""
