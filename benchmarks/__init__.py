"""What is measured, against whom. Each prints a table."""
