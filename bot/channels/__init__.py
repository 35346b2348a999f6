"""How a conversation reaches a person. One thin file a channel."""
