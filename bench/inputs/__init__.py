"""What the benchmarks run on, made here and never kept."""
