"""What runs in a zygote and in the children that it forks: beside the programs that nobody has read.

The rule: standard library only, lean, and nothing of astor outside this folder. Each import here is in every process
that a program is run in: it makes each fork dearer, and gives programs more to play with. `launch` keeps the packages
above from being imported, so that nothing else of astor is there.

The trusted side imports what both sides must agree on, and no more. README.md says what lies where.
"""
