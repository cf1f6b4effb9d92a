"""One HTTP answer as it comes in, read no further than it may be long; what it says of its own length is not believed.

httptools reads it (RFC 9112). Nothing is waited for here: whoever has a connection feeds what came.
"""

from typing import Final

import httptools

LONGEST_HEAD: Final = 64 * 1024
WANTED: Final = 200
"""The one status with an answer in it; what is below announces one (RFC 9110 §15.2)."""


class NoAnswer(Exception):
    """What came is no HTTP answer, or no whole one: what was found."""


class TooLong(Exception):
    """The body is longer than it may be."""


class HttpAnswer:
    """Status, header fields by their names in lower case (RFC 9110 §5.3: repeated ones joined), and body."""

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._parser = httptools.HttpResponseParser(self)
        self._head = 0
        self._has_head = False
        self._surplus = self._goes_on = False
        self.status = 0
        self.headers: dict[str, str] = {}
        self.body = b""
        self.is_whole = False
        self.has_begun = False

    def feed(self, data: bytes) -> None:
        """Takes what came; `NoAnswer` and `TooLong` say why it is of no use."""
        self.has_begun = True
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            if not self.is_whole:
                raise NoAnswer(f"another protocol ({type(error).__name__})") from error
            self._surplus = True
        if not self._has_head:
            self._head += len(data)
            if self._head > LONGEST_HEAD:
                raise NoAnswer(f"more than {LONGEST_HEAD} octets of head")
        if len(self.body) > self._longest:
            raise TooLong

    def end(self) -> None:
        """Nothing more comes: an answer that did not say how long it is ends here (RFC 9112 §6.3 rule 8)."""
        is_open = "content-length" not in self.headers and "transfer-encoding" not in self.headers
        if not self.is_whole and not (self._has_head and is_open):
            raise NoAnswer("an end before the answer's" if self._has_head else "a closed connection")

    @property
    def is_enough(self) -> bool:
        """Whether nothing more needs to be read: it is whole, or none that was wanted."""
        return self.is_whole or (self._has_head and self.status != WANTED)

    @property
    def may_go_on(self) -> bool:
        """Whether another question may follow on the same connection."""
        return self._goes_on and not self._surplus

    def on_header(self, name: bytes, value: bytes) -> None:
        """Called by httptools."""
        if self.is_whole:
            return
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        self.headers[key] = f"{self.headers[key]}, {text}" if key in self.headers else text

    def on_headers_complete(self) -> None:
        """Called by httptools."""
        if not self.is_whole:
            self.status = self._parser.get_status_code()
            self._has_head = self.status >= WANTED

    def on_body(self, body: bytes) -> None:
        """Called by httptools."""
        if not self.is_whole:
            self.body += body

    def on_message_begin(self) -> None:
        """Called by httptools; after a whole answer nobody asked for anything."""
        self._surplus = self.is_whole

    def on_message_complete(self) -> None:
        """Called by httptools."""
        if self._has_head:
            self.is_whole, self._goes_on = True, bool(self._parser.should_keep_alive())  # it tells now and not later
        else:
            self.headers, self.body = {}, b""
