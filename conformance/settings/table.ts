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
  {
    name: 'spec',
    value: '<version>',
    help: 'the version of the specification that is scored, such as 0.1; later requirements run unscored. all: those that the node declares',
    fallback: 'all',
  },
  {
    name: 'profile',
    value: '<names>',
    help: 'score only these, and require them: core, federation, e2ee, media and the other capabilities, with commas between them',
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
    value: '<path>',
    help: 'a certificate in PEM that vouches for the node; or the folder that eccp-conformance ca made, by which the nodes that the suite plays speak TLS too',
    kind: 'path',
    again: true,
    doctor: true,
  },
  {
    name: 'baseline',
    value: '<file>',
    help: 'failures that are known, which do not fail the run: see conformance/README.md',
    kind: 'path',
  },
  {
    name: 'parallel',
    value: '<n>',
    help: 'how many scenarios are under way at a time; 1 plays them one by one, in the order of the features',
    kind: 'number',
    fallback: 4,
  },
  { name: 'strict', help: 'a SHOULD that is not met counts as a failure', kind: 'switch' },
  { name: 'fail-fast', help: 'stop at the first failure', kind: 'switch' },
  {
    name: 'seed',
    value: '<number>',
    help: 'play the scenarios in an order that follows from this number (default: in the order of the features)',
    kind: 'number',
  },
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
  spec: string;
  profile?: string;
  tags: string;
  out: string;
  registrationToken?: string;
  adminToken?: string;
  peerListen: string;
  advertise: string;
  ca?: string;
  baseline?: string;
  parallel: number;
  strict: boolean;
  failFast: boolean;
  seed?: number;
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
