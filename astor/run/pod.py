"""Where KFP tells a task which pod it is."""

POD, UID = "KFP_POD_NAME", "KFP_POD_UID"
"""Environment variables; set nowhere else."""
