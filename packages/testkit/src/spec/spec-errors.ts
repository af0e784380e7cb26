/** A place where the specification's schema contradicts its text, so that a correct answer fails it. */
export type SpecError = {
  readonly operationId: string;
  /** Matches the JSON pointers that are left unchecked. */
  readonly pointer: RegExp;
  readonly reason: string;
};

const SPEC_ERRORS: readonly SpecError[] = [];

/** Why a problem at this place is not one; undefined for all others. */
export function unchecked(operationId: string, pointer: string): string | undefined {
  return SPEC_ERRORS.find((each) => each.operationId === operationId && each.pointer.test(pointer))?.reason;
}
