"""Looks for tokens on the disk: every secret that the loopback Entra gave away, in every file."""

import os
import pathlib

# Enough of a token to be nothing else: its last characters, which are its signature's.
TAIL = 40


def found(tokens: set[str], folders: list[pathlib.Path]) -> dict[pathlib.Path, int]:
    """Files that hold tokens, and how many."""
    tails = {token[-TAIL:] for token in tokens}
    needles = [tail.encode() for tail in tails] + [tail.encode("utf-16-le") for tail in tails]
    files = {}
    for folder in folders:
        for place, _, names in os.walk(folder):
            for name in names:
                path = pathlib.Path(place) / name
                if path.is_symlink() or not path.is_file():
                    continue
                try:
                    data = path.read_bytes()
                except FileNotFoundError:
                    # A folder of az for one command goes a moment after it.
                    continue
                count = sum(needle in data for needle in needles)
                if count:
                    files[path] = count
    return files
