import { now } from '../../../test/fixtures/cluster.ts';
import { KubeError } from '../../kube/errors.ts';
import type { KubeRequest, Transport } from '../../kube/transport.ts';
import { appliedApis } from './applied-apis.ts';
import { removalsKnownUntil, removedApis } from './removed-apis.ts';

const applied = (name: string, text: string, namespace?: string) => ({
  metadata: { name, namespace, annotations: { 'kubectl.kubernetes.io/last-applied-configuration': text } },
});
const manifest = (apiVersion: string) => `{"apiVersion":"${apiVersion}","kind":"X","spec":{"template":"{\\"apiVersion\\":\\"v9\\"}"}}\n`;

/** What the API server has, by path; a page a list. What is not there is not served. */
async function ask(gitVersion: string, collections: Record<string, object[][]>) {
  const requests: KubeRequest[] = [];
  const json = async (request: KubeRequest) => {
    requests.push(request);
    if (request.path === '/version') return { gitVersion };
    const pages = collections[request.path];
    if (!pages) throw new KubeError('NotFound', 'the server could not find the requested resource', { code: 404 });
    const page = Number(request.query?.continue ?? 0);
    return { metadata: page + 1 < pages.length ? { continue: String(page + 1) } : {}, items: pages[page] };
  };
  const transport = { json } as unknown as Transport;
  return {
    answer: await appliedApis.ask({
      transport,
      signal: new AbortController().signal,
      list: () => [],
      now,
      before: undefined,
    }),
    requests,
  };
}

const classes = '/apis/resource.k8s.io/v1/deviceclasses';
const templates = '/apis/resource.k8s.io/v1/resourceclaimtemplates';

describe('what was applied', () => {
  it('is found where its manifest names a version that the next minor removes, on every page', async () => {
    const { answer } = await ask('v1.37.2', {
      [classes]: [[applied('gpu', manifest('resource.k8s.io/v1beta1'))], [applied('nic', manifest('resource.k8s.io/v1beta1'))]],
      [templates]: [[applied('one', manifest('resource.k8s.io/v1beta1'), 'shop')]],
    });
    expect(answer).toEqual({
      nextMinor: '1.38',
      known: true,
      objects: [
        { object: 'DeviceClass/gpu', group: 'resource.k8s.io', version: 'v1beta1', resource: 'deviceclasses' },
        { object: 'DeviceClass/nic', group: 'resource.k8s.io', version: 'v1beta1', resource: 'deviceclasses' },
        { object: 'ResourceClaimTemplate/shop/one', group: 'resource.k8s.io', version: 'v1beta1', resource: 'resourceclaimtemplates' },
      ],
    });
  });

  it.each([
    ['in a version that stays', applied('gpu', manifest('resource.k8s.io/v1'))],
    ['in one that a later minor removes', applied('gpu', manifest('resource.k8s.io/v1beta2'))],
    ['by something other than kubectl', { metadata: { name: 'gpu' } }],
    ['with an annotation that is no manifest', applied('gpu', 'resource.k8s.io/v1beta1')],
    ['as an object without metadata', {}],
  ])('%s is left out', async (_, object) => {
    expect((await ask('v1.37.2', { [classes]: [[object]] })).answer.objects).toEqual([]);
  });

  it('is read in the version that stays, as metadata only, and only for what the next minor removes', async () => {
    const { requests } = await ask('v1.37.2-eks-3025e55', {});
    const lists = requests.filter(({ path }) => path !== '/version');
    expect(lists.map(({ path }) => path)).toEqual([
      '/apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicies',
      '/apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicybindings',
      classes,
      templates,
    ]);
    for (const { accept, query } of lists) {
      expect(accept).toMatch(/^application\/json;as=PartialObjectMetadataList;/);
      expect(query).toMatchObject({ limit: 500 });
    }
  });

  it('is nothing where the next minor removes nothing', async () => {
    const { answer, requests } = await ask('v1.35.0', {});
    expect(answer).toEqual({ nextMinor: '1.36', known: true, objects: [] });
    expect(requests).toHaveLength(1);
  });

  it('is not known beyond the removals that are published', async () => {
    expect((await ask(`v1.${removalsKnownUntil - 1}.0`, {})).answer.known).toBe(true);
    expect((await ask(`v1.${removalsKnownUntil}.0`, {})).answer.known).toBe(false);
  });

  it('is no answer where a list is refused', async () => {
    const json = async ({ path }: KubeRequest) => {
      if (path === '/version') return { gitVersion: 'v1.37.2' };
      throw new KubeError('Forbidden', 'deviceclasses is forbidden', { code: 403 });
    };
    const question = appliedApis.ask({
      transport: { json } as unknown as Transport,
      signal: new AbortController().signal,
      list: () => [],
      now,
      before: undefined,
    });
    await expect(question).rejects.toMatchObject({ kind: 'Forbidden' });
  });
});

it('may list everything that the table names, and nothing else', () => {
  const granted = appliedApis.rules.flatMap(({ apiGroups = [], resources = [], verbs }) =>
    resources.map((resource) => `${verbs.join()} ${apiGroups.join()}/${resource}`),
  );
  const needed = removedApis.flatMap(({ group, resources }) => Object.keys(resources).map((resource) => `list ${group}/${resource}`));
  expect(granted.sort()).toEqual([...new Set(needed)].sort());
});
