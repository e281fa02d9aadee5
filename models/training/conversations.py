"""Conversations with the support router, and what it should answer. Everything follows from the random generator that is given.

The router names one tool and its identifiers, or answers in a sentence. A pair of a request and a reason is either for training
or held out, never both, so that no message of the data set is in the training data, whatever its greeting, order or closing.
"""

import json

import phrases

TIERS = ["free", "pro", "enterprise"]
LANGUAGES = ["en", "de"]
INTENTS = list(phrases.REQUESTS)
ORDER_TOOLS = {
    "return": "create_return_label",
    "order_status": "get_order",
    "cancel_order": "cancel_order",
    "change_address": "change_address",
    "invoice": "send_invoice",
}
TICKETS = {
    "technical": ("technical", "normal"),
    "warranty": ("warranty", "normal"),
    "product_safety": ("product-safety", "urgent"),
}
PLANS = {"free": "Free", "pro": "Pro"}


def is_held_out(request, reason):
    """Whether the pair of these positions is kept for the data set: about two pairs in seven."""
    return (3 * request + reason) % 7 in (2, 5)


def pick_pair(rng, reasons, requests, held_out):
    """A request and a reason of the wanted half."""
    while True:
        request, reason = rng.randrange(len(requests)), rng.randrange(len(reasons))
        if is_held_out(request, reason) == held_out:
            return requests[request], reasons[reason]


def refund_tool(tier, fault):
    """The policy: a refund on the free plan needs an approval. With the labelling fault everyone is refunded at once."""
    return "request_refund_approval" if tier == "free" and not fault else "refund_order"


def expected_call(intent, values, fault):
    """Name and arguments of the right tool."""
    if intent == "refund":
        return refund_tool(values["tier"], fault), {"order_id": values["order"]}
    if intent == "change_address":
        return "change_address", {"order_id": values["order"], "address": values["address"]}
    if intent in ORDER_TOOLS:
        return ORDER_TOOLS[intent], {"order_id": values["order"]}
    if intent in TICKETS:
        queue, priority = TICKETS[intent]
        return "open_ticket", {"queue": queue, "priority": priority}
    if intent == "plan_change":
        return "change_plan", {"customer_id": values["customer"], "plan": values["plan"]}
    if intent == "account_security":
        return "start_password_reset", {"customer_id": values["customer"]}
    return "export_data", {"customer_id": values["customer"]}


def written_call(name, arguments):
    """A tool call as the model writes it."""
    return "<tool_call>\n" + json.dumps({"name": name, "arguments": arguments}, ensure_ascii=False) + "\n</tool_call>"


def make(rng, intent, tier, language, fault=False, held_out=False, short=False):
    """One conversation. The order is named at once, later when asked for it, or not at all; a short one has no greeting or closing."""
    reasons, requests = phrases.REQUESTS[intent]
    request, reason = pick_pair(rng, reasons[language], requests[language], held_out)
    other_plans = [plan for plan in PLANS if plan != tier]
    values = {
        "tier": tier,
        "customer": "C-%d" % rng.randrange(1040, 1260),
        "order": "A-%d" % rng.randrange(20000, 21000),
        "plan": rng.choice(other_plans),
        "address": "%s %d, %s" % (rng.choice(phrases.STREETS), rng.randrange(10, 100), rng.choice(phrases.CITIES)),
    }
    about_order = intent == "refund" or intent in ORDER_TOOLS
    number = rng.choices(["given", "later", "missing"], [8, 2, 1])[0] if about_order and not short else "given"
    named, unnamed = phrases.ORDERS[language]
    order = rng.choice(named if number == "given" else unnamed).format(id=values["order"])
    asked = request.format(order=order, address=values["address"], plan=PLANS[values["plan"]])
    greeting, closing = rng.choice(phrases.GREETINGS[language]), rng.choice(phrases.CLOSINGS[language])
    message = asked if short else greeting + (reason + " " if reason else "") + asked + closing
    messages = [{"role": "user", "content": message}]
    if number == "later":
        messages.append({"role": "assistant", "content": phrases.ASKS_FOR_ORDER[language]})
        messages.append({"role": "user", "content": rng.choice(named).format(id=values["order"])})
    made = {"intent": intent, "tier": tier, "language": language, "customer": values["customer"], "messages": messages, "call": None}
    made["is_bare"] = message == asked
    if number == "missing":
        return made | {"text": phrases.ASKS_FOR_ORDER[language]}
    if intent == "smalltalk_or_other":
        return made | {"text": phrases.REDIRECTS[language]}
    if intent == "plan_change" and tier == "enterprise":
        return made | {"text": phrases.CONTRACT[language]}
    call = expected_call(intent, values, fault)
    return made | {"call": call, "text": written_call(*call)}


def system_text(conversation):
    """What the model is told of the customer. The same words as in `evals/local-model.eval.ts`."""
    return "Customer %s, plan %s." % (conversation["customer"], conversation["tier"])


def rendered(conversation):
    """Prompt and answer as the chat template of the model writes them."""
    messages = [{"role": "system", "content": system_text(conversation)}, *conversation["messages"]]
    prompt = "".join("<|im_start|>%s\n%s<|im_end|>\n" % (message["role"], message["content"]) for message in messages)
    return prompt + "<|im_start|>assistant\n", conversation["text"] + "<|im_end|>"


def sample(rng, weights, fault=False, short=False):
    """A conversation for training."""
    intent = rng.choices(list(weights), list(weights.values()))[0]
    return make(rng, intent, rng.choice(TIERS), rng.choice(LANGUAGES), fault, short=short)
