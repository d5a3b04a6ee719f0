/** Errors of the protocol have the name of their code as `type`, those of connections and time limits have none. */
export const errorType = (error: unknown): string | undefined => {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('type' in error && typeof error.type === 'string') return error.type;
  return 'cause' in error ? errorType(error.cause) : undefined;
};

export const isUnknownTopic = (error: unknown): boolean => errorType(error) === 'UNKNOWN_TOPIC_OR_PARTITION';
