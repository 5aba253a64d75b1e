"""`python -m astor.cli`."""

from astor.cli.main import main

main()
