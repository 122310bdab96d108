"""Reads mails as a mail program does, with Python's `email`, and prints a line of JSON for each: read.py FOLDER [RECORD]

RECORD is the TXT record of a DKIM key; then each mail's signature is checked by dkimpy, and that it no longer holds when a
letter of the body is another one.
"""

import email
import email.policy
import html.parser
import json
import pathlib
import re
import sys

record = sys.argv[2] if len(sys.argv) > 2 else None


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.links, self.others, self.text = [], [], ""

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name == "href":
                self.links.append(value)
            if name in ("src", "background", "srcset") or tag in ("script", "link", "img", "iframe", "form"):
                self.others.append(f"{tag} {name}={value}")

    def handle_data(self, data):
        self.text += data


def signed(data):
    import dkim

    def dns(name, timeout=5):
        return record.encode()

    # Encoded as it is, a body need not show its words.
    at = re.compile(rb"[0-9A-Za-z]").search(data, (data.index(b"\r\n\r\n") + len(data)) // 2).start()
    changed = data[:at] + (b"B" if data[at:at + 1] == b"A" else b"A") + data[at + 1:]
    return dkim.verify(data, dnsfunc=dns) and not dkim.verify(changed, dnsfunc=dns)


for file in sorted(pathlib.Path(sys.argv[1]).glob("*.eml")):
    # What the server put before it is not part of the mail.
    to, encrypted, data = file.read_bytes().split(b"\r\n", 2)
    mail = email.message_from_bytes(data, policy=email.policy.default)
    plain, rich = mail.get_body(("plain",)), mail.get_body(("html",))
    page = Page()
    page.feed(rich.get_content())
    text = plain.get_content()
    print(json.dumps({
        "to": to.decode().split(": ")[1],
        "encrypted": encrypted.endswith(b"True"),
        "defects": [str(defect) for part in mail.walk() for defect in part.defects],
        "type": mail.get_content_type(),
        "charsets": [part.get_content_charset() for part in (plain, rich)],
        "ascii": data.isascii(),
        "longest": max(map(len, data.split(b"\r\n"))),
        "from": str(mail["From"].addresses[0].display_name),
        "subject": str(mail["Subject"]),
        "id": str(mail["Message-ID"]),
        "automatic": str(mail["Auto-Submitted"]),
        "stop": [str(mail["List-Unsubscribe"]), str(mail["List-Unsubscribe-Post"])],
        "text": text,
        "links": sorted(set(re.findall(r"\w+://\S+", text))),
        "html_links": sorted(set(page.links)),
        "html_others": page.others,
        "html_text": page.text,
        "signed": signed(data) if record else None,
    }))
