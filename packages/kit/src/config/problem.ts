/** One thing that is wrong with the configuration. */
export type ConfigProblem = {
  /** `hearth.yaml:3:5`, or the name of an environment variable. */
  readonly where: string;
  readonly message: string;
};

/** The configuration cannot be used: the program ends with exit code 2 and prints `message`, one line for each problem. */
export class ConfigError extends Error {
  readonly problems: readonly ConfigProblem[];
  constructor(problems: readonly ConfigProblem[]) {
    super(problems.map(({ where, message }) => `${where}: ${message}`).join('\n'));
    this.name = 'ConfigError';
    this.problems = problems;
  }
}
