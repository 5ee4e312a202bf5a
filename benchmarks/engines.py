"""What else can find messages by their words: each finds the newest 20 that hold all of some words."""

import sqlite3
from array import array
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Protocol

import tantivy
from whoosh.analysis import LowercaseFilter, RegexTokenizer
from whoosh.fields import NUMERIC, TEXT, Schema
from whoosh.filedb.filestore import RamStorage
from whoosh.query import And, Term

NEWEST = 20
HEAP = 200_000_000


class Engine(Protocol):
    """Finds what it was given."""

    def add(self, texts: Iterable[str]) -> None:
        """Take *texts* in, so that they can be found at once."""

    def find(self, words: Sequence[str]) -> list[str]:
        """The newest texts that hold all *words*."""


class Postings:
    """The limit: for each word the numbers of the texts that hold it, and a walk down two of them."""

    def __init__(self, words: Iterable[str]) -> None:
        """Keep postings of *words* only."""
        self._texts: list[str] = []
        self._postings = {word: array("I") for word in words}

    def add(self, texts: Iterable[str]) -> None:
        """See `Engine`."""
        for text in texts:
            for word in set(text.casefold().split()) & self._postings.keys():
                self._postings[word].append(len(self._texts))
            self._texts.append(text)

    def find(self, words: Sequence[str]) -> list[str]:
        """See `Engine`; of two words."""
        one, other = (self._postings[word] for word in words)
        here, there = len(one) - 1, len(other) - 1
        found: list[str] = []
        while here >= 0 and there >= 0 and len(found) < NEWEST:
            if one[here] > other[there]:
                here -= 1
            elif one[here] < other[there]:
                there -= 1
            else:
                found.append(self._texts[one[here]])
                here, there = here - 1, there - 1
        return found


class Fts5:
    """SQLite's full-text search, in memory, each addition a transaction."""

    def __init__(self) -> None:
        """Open a database of its own."""
        self._connection = sqlite3.connect(":memory:")
        self._connection.execute("CREATE VIRTUAL TABLE said USING fts5(content)")

    def add(self, texts: Iterable[str]) -> None:
        """See `Engine`."""
        with self._connection:
            self._connection.executemany("INSERT INTO said VALUES (?)", ((text,) for text in texts))

    def find(self, words: Sequence[str]) -> list[str]:
        """See `Engine`."""
        query = "SELECT content FROM said WHERE said MATCH ? ORDER BY rowid DESC LIMIT ?"
        found = self._connection.execute(query, (" ".join(f'"{word}"' for word in words), NEWEST))
        return [text for (text,) in found]


class Tantivy:
    """Tantivy, in memory, each addition a commit."""

    def __init__(self) -> None:
        """Open an index of its own."""
        schema = tantivy.SchemaBuilder()
        schema.add_text_field("content", stored=True)
        schema.add_integer_field("number", fast=True)
        self._index = tantivy.Index(schema.build())
        self._writer = self._index.writer(HEAP, 1)
        self._size = 0

    def add(self, texts: Iterable[str]) -> None:
        """See `Engine`."""
        for text in texts:
            self._writer.add_document(tantivy.Document(content=text, number=self._size))
            self._size += 1
        self._writer.commit()
        self._index.reload()
        self._searcher = self._index.searcher()

    def find(self, words: Sequence[str]) -> list[str]:
        """See `Engine`."""
        query = self._index.parse_query(" ".join(f"+{word}" for word in words), ["content"])
        found = self._searcher.search(query, NEWEST, count=False, order_by_field="number").hits
        return [self._searcher.doc(address)["content"][0] for _, address in found]


class Whoosh:
    """Whoosh, in memory, each addition a commit."""

    def __init__(self) -> None:
        """Open an index of its own."""
        words = RegexTokenizer(r"\w+") | LowercaseFilter()  # By default it leaves out the commonest.
        schema = Schema(content=TEXT(analyzer=words, stored=True), number=NUMERIC(sortable=True))
        self._index = RamStorage().create_index(schema)
        self._size = 0

    def add(self, texts: Iterable[str]) -> None:
        """See `Engine`."""
        writer = self._index.writer()
        for text in texts:
            writer.add_document(content=text, number=self._size)
            self._size += 1
        writer.commit()
        self._searcher = self._index.searcher()

    def find(self, words: Sequence[str]) -> list[str]:
        """See `Engine`."""
        query = And([Term("content", word) for word in words])
        found = self._searcher.search(query, limit=NEWEST, sortedby="number", reverse=True)
        return [hit["content"] for hit in found]


def word_counts(texts: Iterable[str]) -> dict[str, int]:
    """How many of *texts* hold each word of letters only, which every engine takes for one token."""
    counts: defaultdict[str, int] = defaultdict(int)
    for text in texts:
        for word in set(text.casefold().split()):
            if word.isascii() and word.isalpha():
                counts[word] += 1
    return counts
