// What a run can be told: the one place that names it. Flags, environment, configuration file and --help all come from here.

/** One thing that a run can be told. Its flag is `--name`, its variable `ECCP_CONFORMANCE_NAME`, its key in the file `name`. */
export interface Setting {
  name: string;
  /** The placeholder of its value; a switch has none. */
  value?: string;
  help: string;
  /** How text becomes its value: text unless said. A path is taken from where it is written: the working directory, or the file's folder. */
  kind?: 'path' | 'number' | 'switch';
  fallback?: string | number | boolean;
  /** Never in the file, which people commit, and in no report. */
  secret?: boolean;
  /** Where it is given, it stands in the command with which a report says how to run something again. */
  again?: boolean;
  /** `eccp-conformance doctor` takes it too. */
  doctor?: boolean;
}

/** The settings of `run`, in the order of --help. The file that `--config` names is not one of them: it holds them. */
export const SETTINGS: readonly Setting[] = [
  { name: 'url', value: '<url>', help: "the node's base URL", again: true, doctor: true },
  {
    name: 'peer',
    value: '<url>',
    help: 'the base URL of another real node, for the scenarios in which two nodes share rooms',
    again: true,
    doctor: true,
  },
  {
    name: 'launch',
    value: '<command>',
    help: 'in place of --url: what starts the node, which the suite then also stops, kills and starts again; see below',
    again: true,
  },
  { name: 'launch-peer', value: '<command>', help: 'in place of --peer: what starts that node', again: true },
  {
    name: 'driver',
    value: '<file>',
    help: 'how what is left to each node is done with this one; see conformance/README.md',
    kind: 'path',
    again: true,
  },
  { name: 'tags', value: '<expression>', help: 'only the scenarios with these tags', fallback: '' },
  {
    name: 'out',
    value: '<folder>',
    help: 'where report.json, junit.xml and report.html go',
    kind: 'path',
    fallback: 'report',
  },
  {
    name: 'registration-token',
    value: '<token>',
    help: 'for a node that registers accounts only with one',
    secret: true,
    doctor: true,
  },
  {
    name: 'admin-token',
    value: '<token>',
    help: 'for what only operators may do: an access token with the scope admin',
    secret: true,
    doctor: true,
  },
  {
    name: 'peer-listen',
    value: '<address>',
    help: 'where the nodes that the suite plays listen',
    fallback: '127.0.0.1',
    again: true,
    doctor: true,
  },
  {
    name: 'advertise',
    value: '<host>',
    help: 'by which the node reaches that address: part of the names of those nodes',
    fallback: '127.0.0.1',
    again: true,
    doctor: true,
  },
  {
    name: 'ca',
    value: '<folder>',
    help: 'what eccp-conformance ca made: the suite trusts it, and the nodes it plays speak TLS by it',
    kind: 'path',
    again: true,
    doctor: true,
  },
  { name: 'strict', help: 'a SHOULD that is not met counts as a failure', kind: 'switch' },
  { name: 'quiet', help: 'print only the conclusion', kind: 'switch' },
  { name: 'json', help: 'print report.json instead of text', kind: 'switch' },
];

/** What the settings come to, by their names in camel case. */
export interface RunSettings {
  url?: string;
  peer?: string;
  launch?: string;
  launchPeer?: string;
  driver?: string;
  tags: string;
  out: string;
  registrationToken?: string;
  adminToken?: string;
  peerListen: string;
  advertise: string;
  ca?: string;
  strict: boolean;
  quiet: boolean;
  json: boolean;
}

/** `peerListen` for `peer-listen`. */
export function memberOf(name: string): string {
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** `ECCP_CONFORMANCE_PEER_LISTEN` for `peer-listen`. */
export function variableOf(name: string): string {
  return `ECCP_CONFORMANCE_${name.toUpperCase().replaceAll('-', '_')}`;
}
