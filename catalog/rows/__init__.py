"""Cells as people fill them, and what they mean: one module for each kind of cell."""
