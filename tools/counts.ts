/** What a step of `npm test` came to. */
export interface Counts {
  passed: number;
  failed: number;
}
