"""One attempt, from bytes to bytes: engines, signing, throttle, the retry decision, and what may be shown."""
