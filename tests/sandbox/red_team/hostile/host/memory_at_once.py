# Tries: to take all memory at once, while loading.
# Mode: calls
# Outcome: out_of_memory
everything = [0] * (1 << 40)
