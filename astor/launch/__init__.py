"""Runs of the compiled pipeline on a cluster: compiled, uploaded, submitted, followed, continued and stopped."""
