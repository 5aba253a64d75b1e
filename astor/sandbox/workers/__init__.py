"""The processes that programs run in, and the trusted side's one loop over them; they know nothing of jobs."""
