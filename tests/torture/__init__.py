"""The bench of promises: crashes at every seam, simulated months, faults by name, limits. `make torture` runs it."""
