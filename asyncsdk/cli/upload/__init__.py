"""Many files into the library of the Platform: what is there already is skipped."""
