"""The forms in which others publish problems, one module each: what a record says, as a `Problem` or a `Function`."""
