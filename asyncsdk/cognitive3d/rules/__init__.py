"""How ranges of time are asked for, and how their pages are put together, whatever the service does meanwhile."""
