/** The rows of recurring jobs. The numbers are on disk: never reuse one. */
export const recurringNumbers = Object.freeze({
  trimTransactions: -1,
  trimStream: -2,
  rewriteIndex: -3,
  removeExpired: -4,
  forgetDelayedEvents: -5,
  removeImports: -6,
});
