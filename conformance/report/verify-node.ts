// Whether what a report says of its nodes follows from what those said of themselves.
import { isDeepStrictEqual } from 'node:util';
import type { Ledger } from '../requirements.ts';
import { factsOf, type TargetFacts } from '../target-facts.ts';
import { keyProblems } from '../target-identity.ts';
import type { NodeReport, Report } from './envelope.ts';

/** The facts of a node as a run has them. */
export function factsFrom({ capabilities, ...rest }: NodeReport): TargetFacts {
  return { ...rest, capabilities: new Set(capabilities) };
}

/** What is wrong with the identities of a report's nodes, a sentence each. */
export function nodeProblems({ target, peer, run }: Report, ledger: Ledger): string[] {
  const from = Date.parse(run.started);
  return [
    ...(peer?.url === run.options.peer ? [] : ['its peer is not the one that its options name']),
    ...[target, ...(peer ? [peer] : [])].flatMap((node) => [
      ...declarationProblems(node, ledger),
      ...identityProblems(node, from, from + run.ms),
    ]),
  ];
}

function declarationProblems(node: NodeReport, ledger: Ledger): string[] {
  const { identity: _, ...declared } = node;
  const right = factsOf(node.url, node.declaration, ledger.requirements.values());
  if (isDeepStrictEqual(declared, { ...right, capabilities: [...right.capabilities].sort() })) return [];
  return [`what it says of ${node.node} is not what that node answered, as ${right.node}, to getVersions`];
}

function identityProblems({ node, identity, capabilities }: NodeReport, from: number, to: number): string[] {
  if (!identity) return capabilities.includes('federation') ? [`it has no keys of ${node}, nor why`] : [];
  if (!('keys' in identity)) return [];
  return keyProblems(identity.keys, node, from, to).map((problem) => `its keys of ${node}: ${problem}`);
}
