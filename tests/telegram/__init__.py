"""A Bot API server for tests and measurements: as strict as the real one, and it tells what it saw."""
