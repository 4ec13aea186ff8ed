// The nodes of a run: named by URL, or launched by the suite.
import { ConfigurationError } from '../outcome.ts';
import { Driver, readDriver } from './driver.ts';
import { LaunchedNode } from './launched.ts';

/** What the command line says of them. */
export interface NodeOptions {
  /** The base URL of the node under test. */
  url?: string;
  /** The base URL of another real node, for the scenarios that take two. */
  peer?: string;
  /** Commands that start these nodes, in place of their URLs. */
  launch?: string;
  launchPeer?: string;
  /** A driver file. */
  driver?: string;
  /** The folder of the authority by which they serve HTTPS. */
  ca?: string;
}

/** Where the nodes are. Launched ones have not been started yet. */
export interface Nodes {
  url: string;
  peer: string | undefined;
  launched: LaunchedNode | undefined;
  launchedPeer: LaunchedNode | undefined;
  driver: Driver;
}

/** @throws ConfigurationError where a node is named in no way, or in two. */
export async function nodesOf(options: NodeOptions): Promise<Nodes> {
  const { url, peer, launch, launchPeer, ca } = options;
  if (url !== undefined && launch !== undefined)
    throw new ConfigurationError('--url names a node that runs, --launch starts one: give one of the two.');
  if (peer !== undefined && launchPeer !== undefined)
    throw new ConfigurationError('--peer names a node that runs, --launch-peer starts one: give one of the two.');
  const driver = options.driver === undefined ? new Driver(new Map(), '.') : readDriver(options.driver);
  const own = (['start', 'stop', 'kill'] as const).find((member) => driver.has(member));
  if (launch !== undefined && own !== undefined)
    throw new ConfigurationError(`--launch starts and ends the node: leave ${own} out of ${options.driver}.`);
  if (url === undefined && launch === undefined)
    throw new ConfigurationError('name the node with --url, or let the suite start one with --launch.');
  const launched = launch === undefined ? undefined : await LaunchedNode.prepare(launch, ca);
  const launchedPeer = launchPeer === undefined ? undefined : await LaunchedNode.prepare(launchPeer, ca);
  const here = launched?.url ?? url ?? '';
  return {
    url: here,
    peer: launchedPeer?.url ?? peer,
    launched,
    launchedPeer,
    driver: driver.with(() => ({ url: here, ...launched?.values })),
  };
}
