import { spawn } from 'node:child_process';
import type * as k8s from '@kubernetes/client-node';
import { answer } from '../fakes/fake-api-server.ts';
import { type Document, named, operator, render, restrictedViolations } from '../fixtures/chart.ts';
import { createConnections } from '../fixtures/connection.ts';

const namespace = 'platform-support';

describe('helm test', () => {
  const connections = createConnections();
  afterEach(() => connections.end());
  const documents = render({}, namespace, true);
  const podIn = (all: Document[]) => all.find(({ kind }) => kind === 'Pod') as unknown as k8s.V1Pod | undefined;
  const testPod = podIn(documents)!;
  const forbidden = answer('unauthorized\n', { status: 401 });
  const series = answer('supportcoverage_build_info{version="1.2.3"} 1\n');

  /** What the Pod says and how it ends, with a server of these answers behind the Service. */
  async function runPod(
    values: Record<string, unknown>,
    answers: { ready: ReturnType<typeof answer>; metrics: ReturnType<typeof answer> },
  ) {
    const server = await connections.server();
    server.on('GET', '/readyz', [answers.ready]);
    server.on('GET', '/metrics', [answers.metrics]);
    const { command, args } = podIn(render(values, namespace, true))!.spec!.containers[0]!;
    const local = args!.map((arg) => arg.replace(/^http:\/\/[^/]+/, server.url).replace(/^60$/, '0'));
    const child = spawn(command![0]!, local, { env: { PATH: process.env.PATH } });
    const printed: Buffer[] = [];
    for (const output of [child.stdout, child.stderr]) output.on('data', (chunk: Buffer) => void printed.push(chunk));
    const code = await new Promise((resolve) => child.once('close', resolve));
    return { code, out: Buffer.concat(printed).toString() };
  }

  it('is no part of what is installed, meets the level restricted, and holds no token', () => {
    expect(podIn(render())).toBeUndefined();
    expect(testPod.metadata?.annotations).toMatchObject({ 'helm.sh/hook': 'test' });
    expect(restrictedViolations(testPod.spec!)).toEqual([]);
    expect(testPod.spec).toMatchObject({ automountServiceAccountToken: false, restartPolicy: 'Never' });
  });

  it('asks the Service where it listens, and is no Pod that the Service or Deployment would take for the operator', () => {
    const service = named(documents, 'Service', operator, namespace)!.spec as k8s.V1ServiceSpec;
    const urls = testPod.spec!.containers[0]!.args!.filter((arg) => arg.startsWith('http://')).map((arg) => new URL(arg));

    expect(urls.map(({ hostname }) => hostname)).toEqual(Array(2).fill(`${operator}.${namespace}.svc`));
    const port = (name: string) => String(service.ports?.find((candidate) => candidate.name === name)?.port);
    expect(urls.map(({ port: asked, pathname }) => [asked, pathname])).toEqual([
      [port('probes'), '/readyz'],
      [port('metrics'), '/metrics'],
    ]);
    expect(testPod.metadata?.labels).not.toMatchObject(service.selector!);
  });

  it('passes where the operator is ready and keeps its metrics from whoever has no token', async () => {
    expect(await runPod({}, { ready: answer('ok'), metrics: forbidden })).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^ok: .*\nok: /),
    });
    expect(await runPod({ metrics: { auth: false } }, { ready: answer('ok'), metrics: series })).toMatchObject({ code: 0 });
  });

  it('fails where the operator is not ready in time, and says why', async () => {
    const notReady = answer('[-]watches failed: starting\nreadyz check failed\n', { status: 500 });

    expect(await runPod({}, { ready: notReady, metrics: forbidden })).toMatchObject({
      code: 1,
      out: expect.stringMatching(/^FAILED: .*readyz\?verbose answered 500; [\s\S]*watches failed: starting/),
    });
  });

  it('fails where metrics are open although they should not be, or are not the operator’s', async () => {
    expect(await runPod({}, { ready: answer('ok'), metrics: series })).toMatchObject({ code: 1, out: expect.stringContaining('FAILED') });
    const other = await runPod({ metrics: { auth: false } }, { ready: answer('ok'), metrics: answer('up 1\n') });
    expect(other).toMatchObject({ code: 1, out: expect.stringContaining('FAILED') });
  });
});
