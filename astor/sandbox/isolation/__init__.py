"""What stands between a program and this machine, as the trusted side prepares it; `inside/` puts it into force."""
