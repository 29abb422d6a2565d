"""Measurements, never tests: ratios in one run against a named peer and against the arithmetic floor."""
