import type { Audit } from '../../services/audit.ts';
import type { Peers } from '../../services/peers.ts';
import type { PolicyService } from '../../services/policy.ts';
import type { Handlers } from '../types.ts';

/** What operators ask and decide (chapter 19). */
export function adminHandlers({
  policy,
  peers,
  audit,
}: {
  policy: PolicyService;
  peers: Peers;
  audit: Audit;
}): Pick<Handlers, 'getPolicy' | 'putPolicy' | 'listPeers' | 'decidePeer' | 'listAudit'> {
  return {
    getPolicy: async () => ({ status: 200, body: { version: policy.version, policy: policy.current() } }),
    putPolicy: async ({ session, body, requestId }) => ({
      status: 200,
      body: await policy.replace(session.userId, body, requestId),
    }),
    listPeers: async () => ({ status: 200, body: { peers: await peers.list() } }),
    decidePeer: async ({ session, params, body, requestId }) => ({
      status: 200,
      body: await peers.decide(session.userId, params.node, body, requestId),
    }),
    listAudit: async ({ query }) => ({ status: 200, body: await audit.page(query.from, query.limit) }),
  };
}
