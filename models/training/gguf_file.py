"""Writes GGUF, version 3 (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md), with tensors as f32, f16, q8_0 or q4_0."""

import struct

import numpy as np

ALIGNMENT = 32
BLOCK = 32  # Weights that share a scale in q8_0 and q4_0.
UINT32, INT32, FLOAT32, BOOL, STRING, ARRAY = 4, 5, 6, 7, 8, 9
# name -> (number of the tensor type, number of the file type)
TYPES = {"f32": (0, 0), "f16": (1, 1), "q4_0": (2, 2), "q8_0": (8, 7)}


def text(value):
    encoded = value.encode()
    return struct.pack("<Q", len(encoded)) + encoded


def metadata_value(kind, value):
    if kind == STRING:
        return text(value)
    if kind == ARRAY:
        item_kind, items = value
        return struct.pack("<IQ", item_kind, len(items)) + b"".join(metadata_value(item_kind, item) for item in items)
    return struct.pack({UINT32: "<I", INT32: "<i", FLOAT32: "<f", BOOL: "<?"}[kind], value)


def blocks_with_scale(blocks, scale):
    """Each block's scale as a half, and one over it (0 where the block is all zero)."""
    inverse = np.divide(1.0, scale, out=np.zeros_like(scale), where=scale != 0)
    return scale.astype("<f2")[:, None].view(np.uint8), inverse[:, None] * blocks


def q8_0(weights):
    blocks = weights.astype(np.float32).reshape(-1, BLOCK)
    scale, scaled = blocks_with_scale(blocks, np.abs(blocks).max(1) / 127)
    return np.concatenate([scale, np.rint(scaled).astype(np.int8).view(np.uint8)], 1).tobytes()


def q4_0(weights):
    """The weight of the largest magnitude becomes -8. A byte holds the weights j (low half) and j + 16 (high half)."""
    blocks = weights.astype(np.float32).reshape(-1, BLOCK)
    largest = blocks[np.arange(len(blocks)), np.abs(blocks).argmax(1)]
    scale, scaled = blocks_with_scale(blocks, largest / -8)
    levels = np.clip(np.floor(scaled + 8.5), 0, 15).astype(np.uint8)
    return np.concatenate([scale, levels[:, :16] | levels[:, 16:] << 4], 1).tobytes()


ENCODERS = {"f32": lambda w: w.astype("<f4").tobytes(), "f16": lambda w: w.astype("<f2").tobytes(), "q8_0": q8_0, "q4_0": q4_0}


def padded(data):
    return data + b"\0" * (-len(data) % ALIGNMENT)


def write(path, metadata, tensors):
    """metadata: (key, kind, value); tensors: (name, array, type). Rows of a matrix are outputs, so its dimensions are written in reverse."""
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(metadata))
    head += b"".join(text(key) + struct.pack("<I", kind) + metadata_value(kind, value) for key, kind, value in metadata)
    data = b""
    for name, weights, type_name in tensors:
        dimensions = weights.shape[::-1]
        head += text(name) + struct.pack("<I", len(dimensions)) + struct.pack("<%dQ" % len(dimensions), *dimensions)
        head += struct.pack("<IQ", TYPES[type_name][0], len(data))
        data += padded(ENCODERS[type_name](weights))
    with open(path, "wb") as file:
        file.write(padded(head) + data)
