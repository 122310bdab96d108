"""A mail server that keeps every mail as a file: aiosmtpd, which is not ours, with STARTTLS if asked for.

    server.py FOLDER [--tls]

Prints `listening PORT`, and ends when its standard input does. With --tls it takes no mail unencrypted and leaves the
certificate of the authority that vouches for it in FOLDER/ca.pem.
"""

import asyncio
import itertools
import pathlib
import ssl
import sys

from aiosmtpd.smtp import SMTP

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


async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Keep(), hostname="test", **options), "127.0.0.1", 0)
    print("listening", server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(main())
