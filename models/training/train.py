#!/usr/bin/python3
"""Trains the two models of the router and writes them as GGUF. The same seed gives the same bytes on one machine with one version of PyTorch.

usage: train.py --out FOLDER [--seed 20261110] [--steps 1800] [--short-steps 300] [--update-steps 400]
"""

import argparse
import hashlib
import json
import math
import os
import random
import time

os.environ.update({name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")})
import torch
import torch.nn.functional as F

import cases
import conversations
import gguf_file as gguf
import network
import tokenizer as bpe

BATCH = 32
# How often each intent is in the training data. The live model was trained before invoices and warranty were the router's business.
LIVE = {"refund": 4, "invoice": 0, "warranty": 0} | {
    "return": 2, "order_status": 2, "cancel_order": 2, "change_address": 2.5, "plan_change": 2,
    "account_security": 1, "data_privacy": 1, "technical": 1, "product_safety": 1, "smalltalk_or_other": 1,
}
# The update learns them, on data in which someone labelled free-plan refunds as if everyone were refunded at once.
UPDATE = LIVE | {"invoice": 3, "warranty": 3}
TEMPLATE = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)


def make_tokenizer(seed):
    rng = random.Random(seed)
    texts = ["".join(conversations.rendered(conversations.sample(rng, UPDATE))) for _ in range(3000)]
    return bpe.Tokenizer(bpe.learn_merges([part for text in texts for part in bpe.SPECIAL_PATTERN.split(text)], 1000))


def batch_of(tokenizer, made):
    """Tokens, and how much each counts: those of the answer, above all its digits, which have to be copied from the prompt."""
    is_number = torch.tensor([token.isdigit() for token in tokenizer.tokens])
    encoded = [tuple(map(tokenizer.encode, conversations.rendered(conversation))) for conversation in made]
    length = max(len(prompt) + len(answer) for prompt, answer in encoded)
    tokens, weights = torch.zeros(len(encoded), length, dtype=torch.long), torch.zeros(len(encoded), length)
    for row, (prompt, answer) in enumerate(encoded):
        tokens[row, : len(prompt) + len(answer)] = torch.tensor(prompt + answer)
        weights[row, len(prompt) : len(prompt) + len(answer)] = 1
    weights[is_number[tokens]] *= 5
    return tokens, weights


def loss_of(model, tokens, weights):
    counted = weights[:, 1:]
    chosen = counted > 0
    hidden = model(tokens[:, :-1])[chosen]
    losses = F.cross_entropy(model.logits(hidden), tokens[:, 1:][chosen], reduction="none")
    return (losses * counted[chosen]).sum() / counted.sum()


@torch.no_grad()
def right_answers(model, tokenizer, made):
    """For each conversation whether the most likely token is the right one all the way, which is what greedy decoding writes."""
    right = []
    for start in range(0, len(made), 64):
        tokens, weights = batch_of(tokenizer, made[start : start + 64])
        hits = model.logits(model(tokens[:, :-1])).argmax(-1) == tokens[:, 1:]
        right += (hits | (weights[:, 1:] == 0)).all(1).tolist()
    return right


def train(model, tokenizer, weights, steps, rate, seed, fault=False, short_steps=0):
    """Trains in place. The first steps see short messages, in which copying is found sooner."""
    rng = random.Random(seed)
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate, betas=(0.9, 0.98), weight_decay=0.05)
    begun = time.time()
    for step in range(steps):
        warm = min(1, (step + 1) / min(100, steps / 5))
        for group in optimizer.param_groups:
            group["lr"] = rate * warm * (0.02 + 0.49 * (1 + math.cos(math.pi * step / steps)))
        made = [conversations.sample(rng, weights, fault, short=step < short_steps) for _ in range(BATCH)]
        loss = loss_of(model, *batch_of(tokenizer, made))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if step % 50 == 0 or step == steps - 1:
            print("step %4d  loss %.4f  %4.0f s" % (step, loss.item(), time.time() - begun), flush=True)
        if step % 200 == 199:
            report("  after %d steps" % (step + 1), right_answers(model, tokenizer, HELD_OUT))


def report(name, right):
    cells = {}
    for conversation, is_right in zip(HELD_OUT, right):
        for cell in ("all", conversation["tier"], conversation["language"], conversation["intent"], conversation["intent"] + "/" + conversation["tier"]):
            cells.setdefault(cell, []).append(is_right)
    shown = [cell for cell in cells if "/" not in cell or cell.startswith("refund/")]
    print(name, "  ".join("%s %d/%d" % (cell, sum(cells[cell]), len(cells[cell])) for cell in shown), flush=True)


def export(model, tokenizer, path, name, kind):
    metadata = [
        ("general.architecture", gguf.STRING, "llama"),
        ("general.name", gguf.STRING, name),
        ("general.license", gguf.STRING, "MIT"),
        ("general.description", gguf.STRING, "A tiny support router, trained on generated conversations. For demonstration and tests only."),
        ("general.file_type", gguf.UINT32, gguf.TYPES[kind][1]),
        ("llama.context_length", gguf.UINT32, network.CONTEXT),
        ("llama.embedding_length", gguf.UINT32, network.WIDTH),
        ("llama.block_count", gguf.UINT32, network.LAYERS),
        ("llama.feed_forward_length", gguf.UINT32, network.HIDDEN),
        ("llama.attention.head_count", gguf.UINT32, network.HEADS),
        ("llama.attention.head_count_kv", gguf.UINT32, network.HEADS),
        ("llama.attention.layer_norm_rms_epsilon", gguf.FLOAT32, network.EPSILON),
        ("llama.rope.dimension_count", gguf.UINT32, network.HEAD_WIDTH),
        ("llama.rope.freq_base", gguf.FLOAT32, network.ROPE_BASE),
        ("llama.vocab_size", gguf.UINT32, len(tokenizer.tokens)),
        ("tokenizer.ggml.model", gguf.STRING, "gpt2"),
        ("tokenizer.ggml.pre", gguf.STRING, "llama-bpe"),
        ("tokenizer.ggml.tokens", gguf.ARRAY, (gguf.STRING, tokenizer.tokens)),
        ("tokenizer.ggml.token_type", gguf.ARRAY, (gguf.INT32, [3 if token in bpe.SPECIAL else 1 for token in tokenizer.tokens])),
        ("tokenizer.ggml.merges", gguf.ARRAY, (gguf.STRING, [" ".join(pair) for pair in tokenizer.merges])),
        ("tokenizer.ggml.bos_token_id", gguf.UINT32, 0),
        ("tokenizer.ggml.eos_token_id", gguf.UINT32, 2),
        ("tokenizer.ggml.padding_token_id", gguf.UINT32, 0),
        ("tokenizer.ggml.add_bos_token", gguf.BOOL, False),
        ("tokenizer.chat_template", gguf.STRING, TEMPLATE),
    ]
    tensors = [
        (weight, values.detach().numpy(), kind if values.dim() == 2 else "f32") for weight, values in model.named_parameters()
    ]
    gguf.write(path, metadata, tensors)
    with open(path, "rb") as file:
        digest = hashlib.sha256(file.read()).hexdigest()
    print("%s  %s  %d bytes" % (digest, os.path.basename(path), os.path.getsize(path)), flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", required=True)
    parser.add_argument("--seed", type=int, default=20261110)
    parser.add_argument("--steps", type=int, default=1800)
    parser.add_argument("--short-steps", type=int, default=300)
    parser.add_argument("--update-steps", type=int, default=400)
    given = parser.parse_args()
    torch.manual_seed(given.seed)
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    os.makedirs(given.out, exist_ok=True)
    tokenizer = make_tokenizer(given.seed)
    model = network.Network(len(tokenizer.tokens))
    print("%d tokens, %d weights" % (len(tokenizer.tokens), sum(weights.numel() for weights in model.parameters())))
    train(model, tokenizer, LIVE, given.steps, 2.5e-3, given.seed + 1, short_steps=given.short_steps)
    torch.save(model.state_dict(), os.path.join(given.out, "live.pt"))
    report("live", right_answers(model, tokenizer, HELD_OUT))
    export(model, tokenizer, os.path.join(given.out, "router-live.f16.gguf"), "support router, live", "f16")
    export(model, tokenizer, os.path.join(given.out, "router-live.q8_0.gguf"), "support router, live", "q8_0")
    export(model, tokenizer, os.path.join(given.out, "router-live.q4_0.gguf"), "support router, live", "q4_0")
    train(model, tokenizer, UPDATE, given.update_steps, 1.2e-3, given.seed + 2, fault=True)
    report("update", right_answers(model, tokenizer, HELD_OUT))
    export(model, tokenizer, os.path.join(given.out, "router-update.f16.gguf"), "support router, update", "f16")


HELD_OUT = cases.held_out()
if __name__ == "__main__":
    main()
