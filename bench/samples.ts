/**
 * Ways to do one job:
 * - `ours`, and `ours again`, the same a second time: how far their ratio is from 1 is how far a ratio can be trusted;
 * - `core`: Node-RED's own nodes;
 * - `bare`: one node around the library and nothing else;
 * - `raw`: the library without Node-RED, the limit.
 * A case may have others, named by what they do.
 */
export type Variant = string;

/**
 * What is measured, with its unit in the name: units of work a second; processor time of the measured process for one
 * unit; time from a unit's beginning to its end; duration of a job; units that ended neither as a result nor as an
 * error, and units that ended as an error; resident memory over that before; heap used over that before; size on disk;
 * part of the time during which the server on the other side had no rest.
 */
export type Quantity =
  | 'perSecond'
  | 'cpuUs'
  | 'p50Ms'
  | 'p99Ms'
  | 'ms'
  | 'lost'
  | 'failed'
  | 'growthMb'
  | 'heapMb'
  | 'sizeMb'
  | 'busy';

export type Values = Partial<Readonly<Record<Quantity, number>>>;

/** What one variant showed in one window. Windows of the same round lie side by side and are compared. */
export interface Sample {
  readonly case: string;
  readonly variant: Variant;
  readonly round: number;
  readonly values: Values;
}

/** What one start of a process brought. */
export interface Start {
  readonly samples: readonly Sample[];
  /** What went wrong: the figures of this start are not to be used. */
  readonly trouble: readonly string[];
}

/** All starts of one run of a group. */
export type Starts = readonly Start[];

/** Where a run's measurements go. */
export interface Report {
  sample(sample: Sample): void;
  trouble(text: string): void;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return Number.NaN;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** A median, and the least and the largest median of a single start. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** One quantity of one variant over all windows; undefined when it was not measured. */
export function spreadOf(starts: Starts, name: string, variant: Variant, quantity: Quantity): Spread | undefined {
  return spread(
    starts.map(({ samples }) =>
      samples
        .filter((sample) => sample.case === name && sample.variant === variant)
        .flatMap(({ values }) => values[quantity] ?? []),
    ),
  );
}

/** How many times the quantity of `other` one of `variant` is, compared window by window of the same round and start. */
export function ratioOf(
  starts: Starts,
  name: string,
  [variant, other]: readonly [Variant, Variant],
  quantity: Quantity,
): Spread | undefined {
  return spread(
    starts.map(({ samples }) => {
      const figure = (wanted: Variant, round: number): number | undefined =>
        samples.find((one) => one.case === name && one.variant === wanted && one.round === round)?.values[quantity];
      const rounds = samples.filter((one) => one.case === name && one.variant === variant).map(({ round }) => round);
      return rounds.flatMap((round) => {
        const [above, below] = [figure(variant, round), figure(other, round)];
        return above === undefined || !below ? [] : above / below;
      });
    }),
  );
}

function spread(byStart: readonly (readonly number[])[]): Spread | undefined {
  const medians = byStart.filter((values) => values.length > 0).map(median);
  if (medians.length === 0) return undefined;
  return { median: median(byStart.flat()), least: Math.min(...medians), most: Math.max(...medians) };
}
