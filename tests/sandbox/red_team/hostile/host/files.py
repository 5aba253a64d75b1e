# Tries: to write, make, remove, rename or change files, wherever anything could be.
# Mode: calls
# Outcome: passed
# Claims: refused
import errno
import os
import py_compile
import shutil
import sys
import sysconfig
import tempfile


def attempt(action):
    try:
        action()
    except PermissionError as error:
        return errno.errorcode[error.errno]
    except OSError as error:
        # tempfile says so where it found no folder to write in.
        return "EACCES" if "No usable temporary directory" in str(error) else errno.errorcode[error.errno]
    return "DONE"


def write(path):
    with open(path, "a") as file:
        file.write("x")


def solve(x, world):
    mark, precious, null = world["mark"], world["precious"], os.open("/dev/null", os.O_RDWR)
    folders = ["/", "/tmp", "/var/tmp", "/dev/shm", "/dev", "/usr/lib", "/etc", "/root", "/run", world["tests"]]
    folders += [sysconfig.get_paths()["purelib"], os.path.dirname(os.__file__), os.path.dirname(precious), sys.prefix]
    found = {f"write in {folder}": attempt(lambda: write(f"{folder}/{mark}")) for folder in folders}
    found |= {
        "write where it is": attempt(lambda: write(mark)),
        "append": attempt(lambda: write(precious)),
        "open for writing": attempt(lambda: os.open(os.__file__, os.O_RDWR)),
        "truncate": attempt(lambda: os.truncate(precious, 0)),
        "remove": attempt(lambda: os.unlink(precious)),
        "remove a tree": attempt(lambda: shutil.rmtree(os.path.dirname(precious))),
        "rename": attempt(lambda: os.rename(precious, precious + mark)),
        "replace": attempt(lambda: os.replace(precious, precious)),
        "change mode": attempt(lambda: os.chmod(precious, 0)),
        "change owner": attempt(lambda: os.chown(precious, 1, 1)),
        "change times": attempt(lambda: os.utime(precious)),
        "change attributes": attempt(lambda: os.setxattr(precious, "user.x", b"x")),
        "hard link": attempt(lambda: os.link(precious, precious + mark)),
        "symbolic link": attempt(lambda: os.symlink("/etc", f"/tmp/{mark}")),
        "folder": attempt(lambda: os.mkdir(f"/tmp/{mark}")),
        "remove a folder": attempt(lambda: os.rmdir("/tmp")),
        "pipe with a name": attempt(lambda: os.mkfifo(f"/tmp/{mark}")),
        "device": attempt(lambda: os.mknod(f"/tmp/{mark}", 0o600 | 0o020000, os.makedev(1, 1))),
        "temporary file": attempt(tempfile.TemporaryFile),
        "cached bytecode": attempt(lambda: py_compile.compile(os.__file__, doraise=True)),
        "lock": attempt(lambda: os.lockf(null, os.F_TLOCK, 0)),
        "allocate": attempt(lambda: os.posix_fallocate(null, 0, 1 << 40)),
        "size of a pipe": attempt(lambda: __import__("fcntl").fcntl(os.pipe()[1], 1031, 1 << 20)),
    }
    return found
