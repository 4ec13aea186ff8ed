// Import direction: cli → app → http → services → storage → core. core, config, events and generated are leaves.
const forbid = (name, from, to, comment) => ({
  name,
  severity: 'error',
  comment,
  from: { path: from },
  to: { path: to },
});

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    forbid(
      'suite-stands-alone',
      '^(conformance|features)/',
      '^src/',
      'The suite judges any node by URL: it imports nothing of ours.',
    ),
    forbid('node-without-suite', '^src/', '^(conformance|tools|test)/', 'The node knows nothing of what tests it.'),
    forbid('core-is-pure', '^src/core/', '^src/(?!core/|generated/)', 'core: no I/O, no clock, no network.'),
    forbid(
      'core-no-io',
      '^src/core/',
      '^(node:)?(fs|net|http|https|child_process|dns|os|worker_threads|timers)',
      'core: no I/O, no clock, no network.',
    ),
    forbid(
      'e2ee-runs-in-browsers',
      '^src/(e2ee/|e2ee\\.ts)',
      '^(?!src/e2ee/|src/core/(canonical-json|strict-json|errors)\\.ts|src/generated/errors\\.ts|[^:]*node_modules/@noble/)',
      'eccp/e2ee is for any client: nothing that only Node has.',
    ),
    forbid(
      'core-of-e2ee',
      '^src/core/(canonical-json|strict-json|errors)\\.ts',
      '^(?!src/core/(canonical-json|strict-json|errors)\\.ts|src/generated/errors\\.ts)',
      'What eccp/e2ee takes from core runs in browsers too.',
    ),
    forbid(
      'e2ee-is-for-clients',
      '^src/(?!e2ee)',
      '^src/e2ee(/|\\.ts)',
      'The node has no use for what clients encrypt with.',
    ),
    forbid('storage-down', '^src/storage/', '^src/(services|http|web|app|cli)', 'storage imports core only.'),
    forbid(
      'services-down',
      '^src/services/',
      '^src/(http|web|federation|app|cli)',
      'services import storage and core.',
    ),
    forbid('http-down', '^src/http/', '^src/(app|cli)', 'http imports services.'),
    forbid('storage-behind-services', '^src/http/', '^src/storage/', 'handlers call services, never tables.'),
    forbid(
      'leaves',
      '^src/(config|events|generated)',
      '^src/(?!config|events|generated|core)',
      'config, events and generated are leaves.',
    ),
    forbid('one-entry', '^src/(?!cli)', '^src/cli', 'Only the bin starts the CLI.'),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.json'] },
  },
};
