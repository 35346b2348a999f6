"""Run by hand, once in a while: what the project ships is made with these."""
