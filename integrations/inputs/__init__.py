"""The inputs of decisions: figures, registers and pages, each read for its newest thing, and never written to."""
