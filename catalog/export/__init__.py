"""One file per format: a catalog → bytes that another program reads."""
