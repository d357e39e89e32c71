"""Risk: what a device matters, how weak it is, the matrix people sign, the roadmap and what it costs and saves."""
