import { collectDefaultMetrics, Counter as PromCounter, Gauge as PromGauge, Histogram as PromHistogram, Registry } from 'prom-client';

/** Counters, gauges and histograms of one server. Made per server and handed around, so several servers fit in a process. */
export interface Metrics {
  counter(name: string, help: string, labels?: readonly string[]): Counter;
  /** `collect` is asked for the value when somebody reads the metrics. */
  gauge(name: string, help: string, options?: { readonly labels?: readonly string[]; readonly collect?: () => number }): Gauge;
  histogram(name: string, help: string, options?: { readonly labels?: readonly string[]; readonly buckets?: readonly number[] }): Histogram;
  /** Adds what concerns the whole process: memory, CPU, event loop, garbage collection. Once per process. */
  watchProcess(): void;
  /** Everything in Prometheus' text format. */
  text(): Promise<string>;
  readonly contentType: string;
}

/** `at(...labels)` gives one time series; keep it where it is used often. */
export type Counter = CounterSeries & { at(...labels: readonly string[]): CounterSeries };
export type CounterSeries = { add(n?: number): void };
export type Gauge = GaugeSeries & { at(...labels: readonly string[]): GaugeSeries };
export type GaugeSeries = { set(value: number): void; add(n?: number): void };
export type Histogram = HistogramSeries & { at(...labels: readonly string[]): HistogramSeries };
export type HistogramSeries = { observe(value: number): void };

/** Seconds: from half a millisecond, a cached read, to a minute, a long poll. */
const secondsBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Metrics over prom-client, with a registry of their own. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  return {
    counter(name, help, labels = []) {
      const counter = new PromCounter({ name, help, labelNames: labels, registers });
      return { add: (n = 1) => counter.inc(n), at: (...values) => counterSeries(counter.labels(...values)) };
    },
    gauge(name, help, { labels = [], collect } = {}) {
      const gauge = new PromGauge({
        name,
        help,
        labelNames: labels,
        registers,
        ...(collect === undefined
          ? {}
          : {
              collect(this: PromGauge) {
                this.set(collect());
              },
            }),
      });
      return { ...gaugeSeries(gauge), at: (...values) => gaugeSeries(gauge.labels(...values)) };
    },
    histogram(name, help, { labels = [], buckets = secondsBuckets } = {}) {
      const histogram = new PromHistogram({ name, help, labelNames: labels, buckets: [...buckets], registers });
      return {
        observe: (value) => histogram.observe(value),
        at: (...values) => {
          const series = histogram.labels(...values);
          return { observe: (value) => series.observe(value) };
        },
      };
    },
    watchProcess: () => collectDefaultMetrics({ register: registry }),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

function counterSeries(series: { inc(n: number): void }): CounterSeries {
  return { add: (n = 1) => series.inc(n) };
}

function gaugeSeries(series: { set(value: number): void; inc(n: number): void }): GaugeSeries {
  return { set: (value) => series.set(value), add: (n = 1) => series.inc(n) };
}
