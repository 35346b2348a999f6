"""Free text to language, age, place, topic and danger. Pure."""
