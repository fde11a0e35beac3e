/** What the documents of the Open API leave open. All can be changed while the simulator runs. */
export interface AppBehaviour {
  /** Life of a user's token, seconds. Documents say 7 and 180 days, captures show 89 and 113. */
  tokenSeconds: number;
  /** Life of an app's token, seconds. */
  appTokenSeconds: number;
  /** Content type of JSON answers: some real ones come as text/html. */
  contentType: 'application/json' | 'text/html';
  /** Whether the records of raw data stand in an array (documents) or under `hits` (capture of 2024). */
  rawData: 'array' | 'hits';
  /** Calls a minute for each token; more answer 9041. No figure is documented. */
  callsPerMinute: number;
  /** What a published product answers to raw data; null while it is not published. */
  published: 9039 | null;
}

export function defaultAppBehaviour(): AppBehaviour {
  return {
    tokenSeconds: 90 * 86_400,
    appTokenSeconds: 3600,
    contentType: 'application/json',
    rawData: 'array',
    callsPerMinute: 6000,
    published: null,
  };
}
