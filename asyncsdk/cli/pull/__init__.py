"""Rows of many keys over a range of time, into files or down a pipe: what `pull` is made of."""
