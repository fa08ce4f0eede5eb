"""The terminal: the standard streams, signals, errors as sentences, results and progress."""
