import type { Task } from "./model.ts";

const asksForSummary =
  /^\W*(?:please\s+|bitte\s+)?(?:summari[sz]e|write (?:a|an|the) [\w\s-]{0,40}summary|give (?:me )?a [\w\s-]{0,40}summary|tl;?dr|fasse?\b.{0,200}\bzusammen)/iu;

/** The task by shape: a summary when one is asked for or nothing is asked, a dialogue when there are several turns, else an answer to a question. */
export function taskOf(question: string, turns: number): Task {
  if (question.trim() === "" || asksForSummary.test(question)) return "summary";
  return turns > 1 ? "dialogue" : "question_answering";
}
