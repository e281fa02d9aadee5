/** Longest time that a timer of Node measures, in milliseconds: 24 days. A longer one would end at once. */
export const longestTimerMs = 2 ** 31 - 1;

/** How often each case may be tried on each side. */
export const mostRepetitions = 1000;
