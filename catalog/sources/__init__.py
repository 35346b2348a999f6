"""One file a format: a file in, offers and problems out."""
