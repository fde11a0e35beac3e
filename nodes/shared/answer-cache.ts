/** For how long an answer serves other dialogs: long enough to go from one dialog to the next. */
const LIFE_MS = 30_000;

/** Answers kept for one product at most. */
const MOST_ANSWERS = 50;

interface Kept<T> {
  at: number;
  answer: Promise<T>;
}

/**
 * Keeps answers for a short while, each for the account or product that it came from and no longer than that lives. Who
 * asks while an answer is on its way waits for it; a failure is not kept.
 */
export class AnswerCache<Owner extends object> {
  private readonly kept = new WeakMap<Owner, Map<string, Kept<object>>>();

  /** @param now monotonic milliseconds */
  constructor(private readonly now: () => number = () => performance.now()) {}

  /** The answer to a question; `fresh` asks in spite of a young answer. What `ask` throws comes out. */
  get<T extends object>(owner: Owner, question: string, fresh: boolean, ask: () => Promise<T>): Promise<T> {
    const answers = this.kept.get(owner) ?? new Map<string, Kept<object>>();
    this.kept.set(owner, answers);
    const young = answers.get(question);
    if (young && !fresh && this.now() - young.at < LIFE_MS) return young.answer as Promise<T>;
    const made: Kept<T> = { at: this.now(), answer: ask() };
    answers.delete(question);
    answers.set(question, made);
    if (answers.size > MOST_ANSWERS) answers.delete(answers.keys().next().value as string);
    made.answer.catch(() => {
      if (answers.get(question) === made) answers.delete(question);
    });
    return made.answer;
  }
}
