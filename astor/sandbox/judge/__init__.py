"""Judges one program from files: what `astor sandbox judge` does, for people who want nothing else of astor."""
