"""A mail server that keeps every mail as a file: aiosmtpd, which is not ours, with STARTTLS if asked for.

    server.py FOLDER [--tls]

Prints `listening PORT`, and ends when its standard input does. With --tls it takes no mail unencrypted and leaves the
certificate of the authority that vouches for it in FOLDER/ca.pem.
"""

import itertools
import pathlib
import ssl
import sys

from aiosmtpd.controller import Controller

folder = pathlib.Path(sys.argv[1])
numbers = itertools.count()


class Keep:
    async def handle_DATA(self, server, session, envelope):
        name = folder / f"{next(numbers):06}.eml"
        part = name.with_suffix(".part")
        head = f"X-Envelope-To: {envelope.rcpt_tos[0]}\r\nX-Encrypted: {session.ssl is not None}\r\n"
        part.write_bytes(head.encode() + envelope.original_content)
        part.rename(name)
        return "250 kept"


options = {}
if "--tls" in sys.argv:
    import trustme

    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    options = {"tls_context": context, "require_starttls": True}

controller = Controller(Keep(), hostname="127.0.0.1", port=0, **options)
# Port 0 means any free one; aiosmtpd connects to the port that it was told to see whether it listens.
controller._trigger_server = lambda: None
controller.start()
print("listening", controller.server.sockets[0].getsockname()[1], flush=True)
sys.stdin.read()
controller.stop()
