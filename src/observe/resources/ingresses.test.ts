import { ingresses } from './ingresses.ts';

const path = (name: string, port: object) => ({ backend: { service: { name, port } } });
const project = (spec: object, annotations: Record<string, string> = {}) =>
  ingresses.project({ metadata: { name: 'web', namespace: 'shop', annotations }, spec } as object);

it('Services are named once with each port, those of the default too', () => {
  const rules = [
    { host: 'a.example.com', http: { paths: [path('web', { number: 80 }), path('api', { name: 'http' })] } },
    { host: 'b.example.com', http: { paths: [path('web', { number: 80 }), path('web', { number: 81 })] } },
    { http: { paths: [] } },
  ];
  expect(project({ defaultBackend: { service: { name: 'fallback', port: { number: 8080 } } }, rules })).toMatchObject({
    hosts: ['a.example.com', 'b.example.com', ''],
    backends: [
      { service: 'fallback', port: '8080' },
      { service: 'web', port: '80' },
      { service: 'api', port: 'http' },
      { service: 'web', port: '81' },
    ],
  });
});

it('a backend that is no Service is left out', () => {
  const backend = { resource: { apiGroup: 'example.com', kind: 'Bucket', name: 'static' } };
  expect(project({ defaultBackend: backend, rules: [{ http: { paths: [{ backend }] } }] })).toMatchObject({ backends: [] });
});

it('hosts without a Secret of their own are left out: they get the controller’s certificate', () => {
  const tls = [{ hosts: ['a.example.com'] }, { hosts: ['b.example.com'], secretName: 'b-tls' }];
  expect(project({ tls })).toMatchObject({ tls: [{ hosts: ['b.example.com'], secret: 'b-tls' }] });
});

it('the class is the field’s, else the annotation’s', () => {
  const annotations = { 'kubernetes.io/ingress.class': 'old' };
  expect(project({ ingressClassName: 'new' }, annotations)).toMatchObject({ class: 'new' });
  expect(project({}, annotations)).toMatchObject({ class: 'old' });
  expect(project({})).toMatchObject({ class: '' });
});
