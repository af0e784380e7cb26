export type Bench = {
  readonly name: string;
  /** What one of `times` may cost, in microseconds of processor time. */
  readonly budgetUs: number;
  /** Makes what is measured; `run` does it `times` times. The rounds run one after another, so `run` must be repeatable. */
  readonly prepare: () => { readonly times: number; readonly run: () => void };
};
