#!/usr/bin/python3
"""Writes the data set `support-router`: conversations whose requests and reasons are together in no training data.

usage: cases.py > datasets/support-router/cases.jsonl
"""

import json
import random

import conversations

SEED = 20261021
# Cases of each tier. Refunds are many, since the gate looks at the refunds of each tier by themselves.
COUNTS = {"refund": 52, "invoice": 24, "warranty": 24}
OTHERS = 8


def held_out():
    """The conversations, each message of them only once.

    A bare request is replaced: the first steps of training see requests without a reason, so that very message may be among them.
    """
    rng, spare = random.Random(SEED), random.Random(SEED + 1)
    seen, made = set(), []
    for intent in conversations.INTENTS:
        for tier in conversations.TIERS:
            for index in range(COUNTS.get(intent, OTHERS)):
                language = conversations.LANGUAGES[index % 2]
                conversation = None
                while conversation is None or conversation["messages"][0]["content"] in seen:
                    conversation = conversations.make(rng, intent, tier, language, held_out=True)
                    while conversation["is_bare"]:
                        conversation = conversations.make(spare, intent, tier, language, held_out=True)
                seen.add(conversation["messages"][0]["content"])
                made.append(conversation | {"id": "%s-%s-%03d" % (intent.replace("_", "-"), tier, index + 1)})
    return made


def case_of(conversation):
    """The conversation as a case: the right call and no other, or no call and the right sentence."""
    call = conversation["call"]
    calls = [] if call is None else [{"name": call[0], "arguments": call[1]}]
    expected = {"toolCalls": {"calls": calls, "mode": "exact"}}
    if conversation["intent"] == "refund" and conversation["tier"] == "free":
        expected["toolCalls"]["forbidden"] = ["refund_order"]
    if call is None:
        expected["answer"] = conversation["text"]
    return {
        "id": conversation["id"],
        "input": {
            "messages": conversation["messages"],
            "variables": {"customer_id": conversation["customer"], "plan": conversation["tier"]},
        },
        "expected": expected,
        "cohorts": {"tier": conversation["tier"], "language": conversation["language"], "intent": conversation["intent"]},
    }


if __name__ == "__main__":
    for conversation in held_out():
        print(json.dumps(case_of(conversation), ensure_ascii=False))
