# Tries: to wait for input that never comes.
# Mode: stdin
# Outcome: timeout
import select
import sys

sys.stdin.read()
select.select([], [], [])
