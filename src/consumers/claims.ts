/**
 * Claims of the three ways by which an event comes to its effect, each with an epoch added: from the log (0), from its key's queue, by a
 * redrive. An event goes from one to the next and never back, so a later way's claim is higher.
 */
export const claims = { queue: 1e12, letter: 2e12 } as const;
