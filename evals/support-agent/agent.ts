/** The support agent: routes a message, calls tools by policy, quotes the articles, and checks itself. */
import { type AnswerInput, chooseSentences, type Quote, scoreSentences } from "./answer.ts";
import {
  type AgentContext,
  type AgentRequest,
  checkConfig,
  type SpanRunner,
  type SupportAgentConfig,
  type Tier,
  type ToolCall,
} from "./config.ts";
import { type Conversation, readConversation } from "./conversation.ts";
import { guard, type Verdict } from "./guardrail.ts";
import { type KnowledgeIndex, knowledgeIndex, type Passage, type QueryWeights } from "./knowledge.ts";
import {
  fill,
  type Line,
  lines,
  type Rule,
  rules,
  type Summary,
  statusNames,
  summaries,
} from "./outcomes.ts";
import { type Decision, decide, handoff, type Situation } from "./policy.ts";
import { glossaryFor, promptTable, type Route, route } from "./router.ts";
import { type Random, seededRandom, terms } from "./text.ts";
import { freshWorld, Toolbox, type World } from "./tools.ts";

export interface AgentAnswer {
  text: string;
  toolCalls: ToolCall[];
  /** The articles that the answer could quote, best first. */
  context: { id: string; text: string }[];
  state: World;
  /** True when the guardrail kept the answer back. */
  refused: boolean;
}

export type SupportAgent = (request: AgentRequest, context: AgentContext) => Promise<AgentAnswer>;

const withoutSpan: SpanRunner = async (_name, _attributes, work) => work();

/** Builds an agent; everything it does follows from the configuration, the request and the seed. */
export function createSupportAgent(config: SupportAgentConfig): SupportAgent {
  checkConfig(config);
  const index = knowledgeIndex(config.retriever);
  const { table } = promptTable(config.prompt.file);
  return async (request, context) => {
    const span = context.span ?? withoutSpan;
    const random = seededRandom(context.seed);
    const world = freshWorld();
    const tools = new Toolbox(world, config.tools.names, request.customerId, span);
    const customer = world.customers[request.customerId];
    const conversation = readConversation(request, customer?.language ?? "en");
    const routed = await span("route", { prompt: table.version }, () =>
      route(
        { messages: request.messages, order: conversation.orderIsIn },
        config.prompt.file,
        config.decoding.temperature,
        random,
      ),
    );
    const situation: Situation = {
      ...routed,
      conversation,
      tier: customer?.tier ?? "free",
      today: config.today,
      refundActions: table.refundActions,
      tools,
    };
    const decision = await span("decide", { intent: routed.intent, mode: routed.mode }, () =>
      decide(situation),
    );
    const known = { config, index, conversation, situation, decision, routed, random };
    const turn: Turn = { ...known, search: searchFor(known) };
    const passages = await span("retrieve", { index: config.retriever.index }, () => retrieve(turn));
    const reply = await span("answer", { temperature: config.decoding.temperature }, () =>
      write(turn, passages),
    );
    return { ...reply, toolCalls: tools.calls, context: contextOf(passages), state: world };
  };
}

interface Turn {
  config: SupportAgentConfig;
  index: KnowledgeIndex;
  conversation: Conversation;
  situation: Situation;
  decision: Decision;
  routed: Route;
  random: Random;
  search: Search;
}

/** What to look for: the message, the articles' words for it, and the rule that a decision names. */
interface Search {
  rule: Rule | null;
  /** The last message, or all of them when it says little. */
  said: string;
  /** The same in the words of the articles. */
  translated: string;
  query: QueryWeights;
}

function searchFor({ config, index, conversation, decision, routed }: Omit<Turn, "search">): Search {
  const rule = decision.outcome === null ? null : rules[decision.outcome];
  const said = routed.isElliptical ? conversation.all : conversation.last;
  const translated = glossaryFor(said, conversation.language, config.prompt.file);
  const query: QueryWeights = new Map();
  index.addTo(query, translated, rule === null ? 1.3 : 0.8);
  index.addTo(query, said, rule === null ? 1 : 0.3);
  if (rule !== null) index.addTo(query, rule.words[conversation.language], 1.2);
  return { rule, said, translated, query };
}

function retrieve({ config, index, conversation, situation, search }: Turn): Passage[] {
  const { language } = conversation;
  const { en, de } = promptTable(config.prompt.file).table.intents[situation.intent].articles;
  const ofIntent = language === "de" ? [...de, ...en] : en;
  const preferred = search.rule === null ? ofIntent : [search.rule.articles[language]];
  return index.find({ query: search.query, language, preferred }, config.retriever);
}

/** One entry per article, so that an identifier names an article and not a piece of it. */
function contextOf(passages: readonly Passage[]): { id: string; text: string }[] {
  const byArticle = new Map<string, string>();
  for (const { chunk } of passages) {
    const before = byArticle.get(chunk.article);
    byArticle.set(chunk.article, before === undefined ? chunk.text : `${before}\n${chunk.text}`);
  }
  return [...byArticle].map(([id, text]) => ({ id, text }));
}

const allPlans: ReadonlySet<Tier> = new Set(["free", "pro", "enterprise"]);
const withoutQuotes: ReadonlySet<Line> = new Set(["not_found", "greeting", "thanks", "not_ours"]);

function write(turn: Turn, passages: readonly Passage[]): Pick<AgentAnswer, "text" | "refused"> {
  const { config, index, conversation, decision, situation, random, search } = turn;
  if (decision.handoff !== null) return { text: handoffText(decision, conversation), refused: false };
  const input: AnswerInput = {
    passages,
    query: search.query,
    message: conversation.last,
    rule: search.rule,
    language: conversation.language,
    tier: situation.tier,
    plans: situation.intent === "plan_change" ? allPlans : conversation.plans,
  };
  const isQuoted = !decision.lines.some((line) => withoutQuotes.has(line));
  const quotes = isQuoted ? chooseSentences(scoreSentences(index, input), config.decoding, random) : [];
  const draft = {
    lines: decision.lines.map((line) => say(line, turn)),
    quotes,
    question: terms(search.said),
    translated: terms(search.translated),
    isFreeAnswer: decision.outcome === null && decision.lines.length === 0,
  };
  const verdict = guard(draft, conversation.customerId, situation.tools, index, config.guardrail);
  return publish(turn, verdict, quotes);
}

function publish(
  turn: Turn,
  verdict: Verdict,
  quotes: readonly Quote[],
): Pick<AgentAnswer, "text" | "refused"> {
  const { conversation } = turn;
  if (verdict.kind === "handoff") {
    const decision = { ...handoff("security", "high", "foreign_order"), values: { order: verdict.orderId } };
    return { text: handoffText(decision, conversation), refused: true };
  }
  if (verdict.kind === "block") return { text: say("no_answer", turn), refused: true };
  const isForeign = quotes[0] !== undefined && quotes[0].language !== conversation.language;
  const own = isForeign ? [...verdict.lines, say("english_only", turn)] : verdict.lines;
  const text = [...own, ...quotes.map((quote) => quote.text)].join(" ");
  return text === "" ? { text: say("no_answer", turn), refused: true } : { text, refused: false };
}

function say(line: Line, { conversation, decision }: Turn): string {
  const { language } = conversation;
  const status = statusNames[decision.values.status ?? ""]?.[language] ?? "";
  return fill(lines[line][language], { ...decision.values, status });
}

function handoffText(decision: Decision, conversation: Conversation): string {
  const { queue, priority, summary } = decision.handoff ?? { queue: "", priority: "", summary: "security" };
  const text = fill(summaries[summary as Summary][conversation.language], decision.values);
  const named =
    conversation.orderId !== null && queue === "product-safety" ? `${conversation.orderId}: ${text}` : text;
  return JSON.stringify({
    type: "handoff",
    queue,
    priority,
    customer_id: conversation.customerId,
    summary: named,
  });
}
