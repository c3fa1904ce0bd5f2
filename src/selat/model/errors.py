"""Errors, and the reasons for which a line of input is not kept.

::

    SelatError                 base; carries a hint
      ConfigError              selat.toml, an option or an argument is wrong
      UnitError                a quantity came without its unit, or with a wrong one
      SourceError              a file, port or feed cannot be read
        ConnectError           a live source cannot be reached
      FormatError              the bytes are not what the reader expects
      SchemaError              a table lacks a column, or has it in another type
      StoreError               the sea on disk cannot be used
      BusyError                too much is asked at once
      PluginError              an extension breaks its protocol

Trouble with one row is never an exception: it becomes a row of the table ``rejects`` with a :class:`Reason`.
"""

from __future__ import annotations

from enum import IntEnum


class SelatError(Exception):
    """Base of all errors that a user can do something about.

    ``hint`` says what to try next; the command line prints it after ``hint:``.
    """

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class ConfigError(SelatError):
    """A configuration value, option or argument is wrong."""


class UnitError(ConfigError):
    """A quantity came without its unit, or with one of another dimension."""


class SourceError(SelatError):
    """A source (file, port, feed) cannot be read."""


class ConnectError(SourceError):
    """A live source cannot be reached."""


class FormatError(SelatError):
    """The bytes are not of the format that the reader expects."""


class SchemaError(SelatError):
    """A table lacks a column or has it in another type."""


class StoreError(SelatError):
    """The sea on disk cannot be opened, read or written."""


class BusyError(SelatError):
    """Too much is asked at once: nothing is wrong with the question. ``after``: s after which to ask again."""

    def __init__(self, message: str, *, hint: str = "", after: float = 1.0) -> None:
        super().__init__(message, hint=hint)
        self.after = after


class PluginError(SelatError):
    """An extension breaks its protocol."""


class Reason(IntEnum):
    """Why a line was rejected. The number is stored; the name is shown.

    0 is reserved for "not rejected".
    """

    BLANK = 1  #: nothing but white space
    NOT_AIS = 2  #: a well-formed sentence of another kind ($GPRMC, $ABVSI, ...), or a comment
    NOISE = 3  #: no sentence could be found in the line
    STRUCTURE = 4  #: an AIS sentence with missing or impossible fields (counts, fill bits)
    CHECKSUM = 5  #: the checksum is absent or wrong
    ARMOUR = 6  #: a payload character outside the six-bit alphabet of IEC 61162-1
    TOO_LONG = 7  #: longer than the longest line that is read
    FRAGMENT_MISSING = 8  #: a part of a multi-sentence message whose other parts never came
    LENGTH = 9  #: fewer bits than the message type needs
    UNKNOWN_TYPE = 10  #: message type 0 or above 28
    MMSI = 11  #: a source MMSI of 0 or above 999,999,999
    COLUMNS = 12  #: a row of a table with too few or too many columns
    TIME = 13  #: a time that cannot be read
    NUMBER = 14  #: a number that cannot be read
    RANGE = 15  #: a value outside what its quantity can be
    ENCODING = 16  #: bytes that are not of the declared text encoding
    JSON = 17  #: text that is not the JSON that was expected
    TRUNCATED = 18  #: the input ended in the middle of the row
    NO_PLACE = 19  #: a radar's target, and nothing says where the radar is or heads
    AIRCRAFT = 20  #: a radar's report of an aircraft: it has a transponder or a flight level

    @property
    def label(self) -> str:
        """Lower-case name, as shown in counts: ``fragment_missing``."""
        return self.name.lower()
