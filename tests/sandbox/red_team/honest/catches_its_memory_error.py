# Shows: a MemoryError that the program itself handles.
# Arguments: ()
# Result: 'too much'
def solve():
    try:
        return len(bytearray(1 << 40))
    except MemoryError:
        return "too much"
