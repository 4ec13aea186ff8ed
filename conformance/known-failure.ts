/** One failure that a node's implementers know of: an entry of their baseline. */
export interface KnownFailure {
  /** It stands for the scenarios of a requirement, or for one of a feature by its title. */
  requirement?: string;
  feature?: string;
  scenario?: string;
  reason: string;
  link: string;
  /** The last day on which it holds, in UTC: `2027-03-31`. */
  expires: string;
}
