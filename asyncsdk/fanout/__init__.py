"""Many pagers at once: which page to fetch next, and the workers that fetch it."""
