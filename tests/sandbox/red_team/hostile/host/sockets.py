# Tries: to reach anybody by TCP, UDP, Unix and abstract sockets, and to open sockets of every other family.
# Mode: calls
# Outcome: passed
# Claims: refused
import errno
import socket
import urllib.request


def attempt(action):
    try:
        action()
    except socket.gaierror:
        return "gaierror"
    except OSError as error:
        error = getattr(error, "reason", error)
        return "gaierror" if isinstance(error, socket.gaierror) else errno.errorcode[error.errno]
    return "DONE"


def reach(family, kind, address):
    with socket.socket(family, kind) as ours:
        ours.sendto(b"!", address) if kind == socket.SOCK_DGRAM else ours.connect(address)


def solve(x, world):
    found = {
        "TCP": attempt(lambda: reach(2, 1, ("127.0.0.1", world["tcp"]))),
        "UDP": attempt(lambda: reach(2, 2, ("127.0.0.1", world["udp"]))),
        "unix": attempt(lambda: reach(1, 1, world["unix"])),
        "unix datagram": attempt(lambda: reach(1, 2, world["unix"] + "-datagram")),
        "abstract": attempt(lambda: reach(1, 1, world["abstract"])),
        "abstract datagram": attempt(lambda: reach(1, 2, world["abstract"] + "-datagram")),
        "pair of datagrams": attempt(lambda: socket.socketpair(1, 2)[0].sendto(b"!", world["abstract"] + "-datagram")),
        "pair of packets": attempt(lambda: socket.socketpair(1, 5)),
        "address on a stream": attempt(lambda: socket.socketpair()[0].sendto(b"!", world["abstract"])),
        "connect a pair": attempt(lambda: socket.socketpair()[0].connect(world["abstract"])),
        "bind a pair": attempt(lambda: socket.socketpair()[0].bind(world["abstract"] + "-ours")),
        "listen": attempt(lambda: socket.create_server(("127.0.0.1", 0))),
        "a name": attempt(lambda: socket.getaddrinfo("localhost", "no-such-service")),
        "HTTP": attempt(lambda: urllib.request.urlopen(f"http://127.0.0.1:{world['tcp']}", timeout=0.1)),
    }
    families = {"inet6": 10, "netlink": 16, "packet": 17, "vsock": 40, "alg": 38, "bluetooth": 31, "xdp": 44, "can": 29}
    for name, family in families.items():
        for kind in (1, 2, 3, 5):
            found[f"{name} {kind}"] = attempt(lambda: socket.socket(family, kind))
    return found
