/** A line that stands between a known attack and us. The ids are those that the names of tests carry. */
export type Guard = {
  readonly id: string;
  /** Like `tests`, seen from the folder of all packages: some guards stand where the server or its storage begins. */
  readonly file: string;
  readonly line: string;
  /** What stands there while the guard is disabled. */
  readonly instead: string;
  readonly tests: string;
};
