"""Many pagers at once: windows of time, plans of shards, and the workers that fetch them."""
