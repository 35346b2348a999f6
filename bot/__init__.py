"""The conversation, and everything that touches the outside."""
