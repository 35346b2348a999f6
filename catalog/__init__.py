"""Offers: what they are, where they come from, and which of them fit. Knows nothing of chats."""
