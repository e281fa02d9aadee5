"""Byte-pair encoding as llama.cpp does it for `tokenizer.ggml.pre = "llama-bpe"` (the pre-tokenizer of Llama 3).

It cuts numbers into groups of three digits from the left, and takes a piece that is a token as a whole without merging.
So that identifiers are few tokens, every group of digits that an identifier can hold is a token.
"""

import re
from collections import Counter

SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
SPECIAL_PATTERN = re.compile("(" + "|".join(map(re.escape, SPECIAL)) + ")")
LETTER = r"[^\W\d_]"
PIECES = re.compile(
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|(?:(?![\r\n])(?:\W|_))?" + LETTER + r"+|\d{1,3}| ?(?:(?!\s)\W|_)+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
NUMBERS = [str(n) for n in range(200, 210)] + ["%02d" % n for n in range(100)] + [str(n) for n in range(104, 126)]


def byte_letters():
    """The printable letter that stands for each byte in a GPT-2 vocabulary."""
    printable = [*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    return {byte: chr(byte) for byte in printable} | {byte: chr(256 + n) for n, byte in enumerate(others)}


LETTERS = byte_letters()
# No token reaches over the place where the arguments of a tool call begin or end, so that a grammar may take over there.
BOUNDARIES = ["}}", "}" + LETTERS[ord("\n")], LETTERS[ord(" ")] + "{"]


def pieces(text):
    """The pieces of a text, each in the letters of its bytes."""
    return ["".join(LETTERS[byte] for byte in piece.encode()) for piece in PIECES.findall(text)]


def merged(parts, pair):
    """The parts with every occurrence of the pair joined."""
    out, at = [], 0
    while at < len(parts):
        joins = at + 1 < len(parts) and (parts[at], parts[at + 1]) == pair
        out.append(parts[at] + parts[at + 1] if joins else parts[at])
        at += 2 if joins else 1
    return out


def learn_merges(texts, count, least=8):
    """The merges of byte-pair encoding, most frequent pair first, ties by the alphabet. Digits are not merged."""
    frequency = Counter(piece for text in texts for piece in pieces(text) if not piece.isdigit())
    split = {piece: list(piece) for piece in frequency}
    merges = []
    while len(merges) < count:
        pairs = Counter()
        for piece, parts in split.items():
            for pair in zip(parts, parts[1:]):
                if not any(boundary in "".join(pair) for boundary in BOUNDARIES):
                    pairs[pair] += frequency[piece]
        best = min(pairs, key=lambda pair: (-pairs[pair], pair), default=None)
        if best is None or pairs[best] < least:
            break
        merges.append(best)
        split = {piece: merged(parts, best) for piece, parts in split.items()}
    return merges


class Tokenizer:
    """Text to tokens."""

    def __init__(self, merges):
        self.merges = merges
        self.rank = {pair: rank for rank, pair in enumerate(merges)}
        self.tokens = SPECIAL + [LETTERS[byte] for byte in range(256)] + NUMBERS + ["".join(pair) for pair in merges]
        self.number = {token: number for number, token in enumerate(self.tokens)}
        assert len(self.number) == len(self.tokens), "a token is there twice"
        self.known = {}

    def of_piece(self, piece):
        """The tokens of one piece."""
        if piece in self.number:
            return [self.number[piece]]
        parts = list(piece)
        while len(parts) > 1:
            best = min(zip(parts, parts[1:]), key=lambda pair: self.rank.get(pair, len(self.rank)))
            if best not in self.rank:
                break
            parts = merged(parts, best)
        return [self.number[part] for part in parts]

    def encode(self, text):
        """The tokens of a text, special ones among them."""
        out = []
        for part in SPECIAL_PATTERN.split(text):
            if part in SPECIAL:
                out.append(self.number[part])
                continue
            for piece in pieces(part):
                if piece not in self.known:
                    self.known[piece] = self.of_piece(piece)
                out += self.known[piece]
        return out
