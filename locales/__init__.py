"""One folder a language. A package only so that the folders travel in the wheel."""
