"""A small network of the Llama architecture, as llama.cpp runs it."""

import math

import torch
import torch.nn.functional as F
from torch import nn

WIDTH, LAYERS, HEADS, HIDDEN = 128, 4, 4, 320
CONTEXT = 256
EPSILON = 1e-5
ROPE_BASE = 500.0  # Low, since the context is short.
HEAD_WIDTH = WIDTH // HEADS


def rotations():
    """Cosine and sine of the rotary position embedding, by position and pair of dimensions."""
    rates = ROPE_BASE ** (-torch.arange(0, HEAD_WIDTH, 2) / HEAD_WIDTH)
    angles = torch.arange(CONTEXT)[:, None] * rates[None]
    return angles.cos(), angles.sin()


COSINE, SINE = rotations()


def rotate(x):
    """Rotates neighbouring dimensions, which is what llama.cpp does for this architecture."""
    length = x.shape[2]
    cosine, sine = COSINE[:length], SINE[:length]
    even, odd = x[..., 0::2], x[..., 1::2]
    return torch.stack((even * cosine - odd * sine, even * sine + odd * cosine), -1).flatten(-2)


def linear(inputs, outputs):
    return nn.Linear(inputs, outputs, bias=False)


class Norm(nn.Module):
    """Root mean square normalisation."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(WIDTH))

    def forward(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + EPSILON) * self.weight


class Block(nn.Module):
    """Attention and a gated feed-forward layer. Members carry the names of their tensors in the file."""

    def __init__(self):
        super().__init__()
        self.attn_norm, self.ffn_norm = Norm(), Norm()
        self.attn_q, self.attn_k, self.attn_v, self.attn_output = (linear(WIDTH, WIDTH) for _ in range(4))
        self.ffn_gate, self.ffn_up, self.ffn_down = linear(WIDTH, HIDDEN), linear(WIDTH, HIDDEN), linear(HIDDEN, WIDTH)

    def forward(self, x, mask):
        rows, length, _ = x.shape

        def heads(y):
            return y.view(rows, length, HEADS, HEAD_WIDTH).transpose(1, 2)

        h = self.attn_norm(x)
        query, key, value = rotate(heads(self.attn_q(h))), rotate(heads(self.attn_k(h))), heads(self.attn_v(h))
        attention = (query @ key.transpose(-1, -2) / math.sqrt(HEAD_WIDTH) + mask).softmax(-1)
        x = x + self.attn_output((attention @ value).transpose(1, 2).reshape(rows, length, WIDTH))
        h = self.ffn_norm(x)
        return x + self.ffn_down(F.silu(self.ffn_gate(h)) * self.ffn_up(h))


class Network(nn.Module):
    """Tokens to the last hidden state; `logits` turns it into the next token's. Embedding and output share their weights."""

    def __init__(self, vocabulary):
        super().__init__()
        self.token_embd = nn.Embedding(vocabulary, WIDTH)
        self.blk = nn.ModuleList(Block() for _ in range(LAYERS))
        self.output_norm = Norm()
        for name, weights in self.named_parameters():
            if weights.dim() == 2:
                towards_residual = name.endswith(("attn_output.weight", "ffn_down.weight"))
                spread = weights.shape[1] ** -0.5 / (math.sqrt(2 * LAYERS) if towards_residual else 1)
                nn.init.normal_(weights, std=0.05 if name.startswith("token_embd") else spread)

    def forward(self, tokens):
        length = tokens.shape[1]
        mask = torch.full((length, length), float("-inf")).triu(1)
        x = self.token_embd(tokens)
        for block in self.blk:
            x = block(x, mask)
        return self.output_norm(x)

    def logits(self, hidden):
        return hidden @ self.token_embd.weight.t()
