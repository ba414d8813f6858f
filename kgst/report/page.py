"""placeholder"""


def page_bytes(report, sha256):
    return b"<html></html>"
