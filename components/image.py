"""The image that components run in, unless a compiled pipeline names another."""

IMAGE = "astor-python:0.1.0"
"""KFP's local subprocess runner accepts only images whose name has `python` in it; it uses its own interpreter."""
