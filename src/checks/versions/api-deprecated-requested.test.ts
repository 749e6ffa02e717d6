import type { ClusterFixture } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { apiServer, type RequestedFixture } from '../../../test/fixtures/versions.ts';
import type { ApiServer } from '../../observe/probes/deprecated-apis.ts';
import { apiDeprecatedRequested } from './api-deprecated-requested.ts';

const claims = 'resource.k8s.io/v1beta1 resourceclaims';
/** Watched for 100 hours by now, of an API server that runs for longer. */
const long = { started: 1000, firstSeen: 100 };
const cluster = (...servers: ApiServer[]): ClusterFixture => ({ version: 'v1.37.2', probes: { 'deprecated-apis': servers } });
const found = (...servers: ApiServer[]) => findingsOf(apiDeprecatedRequested, cluster(...servers));
const verdict = (...servers: ApiServer[]) => verdictOf(apiDeprecatedRequested, cluster(...servers));
const severities = (...requested: RequestedFixture[]) => found(apiServer(long, ...requested)).map(({ severity }) => severity);

describe('api-deprecated-requested fires', () => {
  it('for an API whose requests grew, once for its version, with what is requested and until when', () => {
    const requested = [
      { api: claims, grown: 2 },
      { api: 'resource.k8s.io/v1beta1 deviceclasses', grown: 3 },
    ];
    expect(found(apiServer(long, ...requested))).toEqual([
      {
        object: 'APIService/v1beta1.resource.k8s.io',
        severity: 'critical',
        reason: 'DeprecatedApiRequested',
        message:
          'Something still requests deviceclasses (removed in 1.38), resourceclaims (removed in 1.38) of v1beta1.resource.k8s.io. Find the client in the audit log and move it to a version that stays.',
      },
    ]);
  });

  it('for each version by itself', () => {
    const other = { api: 'networking.k8s.io/v1beta1 servicecidrs', grown: 1 };
    expect(found(apiServer(long, { api: claims, grown: 2 }, other)).map(({ object }) => object)).toEqual(
      expect.arrayContaining(['APIService/v1beta1.resource.k8s.io', 'APIService/v1beta1.networking.k8s.io']),
    );
  });

  it('at the first look, where the API server started within the time: it was named since then', () => {
    expect(found(apiServer({ started: 3, firstSeen: 0 }, { api: claims }))).toHaveLength(1);
  });

  it('where one of several API servers was asked, whatever the others say', () => {
    const asked = apiServer({ ...long, seen: 2 }, { api: claims, grown: 3 });
    const quiet = apiServer(long, { api: claims });
    const justMet = apiServer({ started: 1000, firstSeen: 0 }, { api: claims });
    for (const other of [quiet, justMet]) {
      expect(found(asked, other)).toHaveLength(1);
      expect(found(other, asked)).toHaveLength(1);
    }
  });
});

describe('api-deprecated-requested at its boundaries', () => {
  it('is critical for what the next minor removes, and where a version has both also', () => {
    expect(severities({ api: claims, removedIn: '1.38', grown: 1 })).toEqual(['critical']);
    expect(severities({ api: claims, removedIn: '1.39', grown: 1 })).toEqual(['warning']);
    expect(
      severities({ api: claims, removedIn: '1.38', grown: 1 }, { api: 'resource.k8s.io/v1beta1 x', removedIn: '1.40', grown: 1 }),
    ).toEqual(['critical']);
  });

  it.each([
    [{ grown: 24 }, 1],
    [{ grown: 24 + 1 / 3600 }, 0],
  ])('%j gives %d', (use, count) => {
    expect(found(apiServer(long, { api: claims, ...use }))).toHaveLength(count);
  });

  it('takes another time from the coverage', () => {
    const setting = { parameters: { hours: '1' } };
    expect(findingsOf(apiDeprecatedRequested, cluster(apiServer(long, { api: claims, grown: 2 })), setting)).toEqual([]);
  });
});

describe('api-deprecated-requested is silent', () => {
  it.each<[string, ApiServer[]]>([
    ['where nothing deprecated is requested', [apiServer(long)]],
    ['for an API that the metrics still name but nobody requests any more', [apiServer(long, { api: claims, grown: 30 })]],
    ['after as long a watch without growth', [apiServer({ started: 1000, firstSeen: 24 }, { api: claims })]],
    ['for an API server that is gone', [apiServer({ ...long, seen: 25 }, { api: claims, counted: false }), apiServer(long)]],
  ])('%s', (_, servers) => {
    expect(found(...servers)).toEqual([]);
    expect(verdict(...servers)).toBeUndefined();
  });
});

describe('api-deprecated-requested is unknown, not healthy,', () => {
  it('before the counters were watched for as long, where nothing grew yet', () => {
    const servers = apiServer({ started: 1000, firstSeen: 24 - 1 / 3600 }, { api: claims });
    expect(found(servers)).toEqual([]);
    expect(verdict(servers)).toBe(
      'Unknown: Since the API server started somebody requested resourceclaims of resource.k8s.io/v1beta1; whether within 24 hours shows once the counters have been watched for as long',
    );
  });

  it('for an API whose requests are not counted', () => {
    expect(verdict(apiServer(long, { api: claims, counted: false }))).toContain('requested resourceclaims');
  });

  it('while another one is reported', () => {
    const servers = apiServer(
      { started: 1000, firstSeen: 1 },
      { api: claims },
      { api: 'networking.k8s.io/v1beta1 servicecidrs', grown: 0 },
    );
    expect(found(servers)).toHaveLength(1);
    expect(verdict(servers)).toContain('requested resourceclaims of');
  });

  it('where the metrics or the version cannot be read', () => {
    const knowledge = { 'deprecated-apis': { state: 'NotPermitted', message: 'forbidden' } } as const;
    expect(verdictOf(apiDeprecatedRequested, { knowledge })).toBe('Unknown: forbidden');
    expect(verdictOf(apiDeprecatedRequested, { version: '', probes: { 'deprecated-apis': [] } })).toBe(
      'Unknown: The metrics of the API server are not known.',
    );
  });
});
