import { isFor, letsInOthers, repositoryOf } from './registries.ts';

it.each([
  ['nginx', 'docker.io/library/nginx'],
  ['nginx:1.27', 'docker.io/library/nginx'],
  ['team/app', 'docker.io/team/app'],
  ['docker.io/team/app', 'docker.io/team/app'],
  ['index.docker.io/team/app:1', 'docker.io/team/app'],
  ['localhost/app', 'localhost/app'],
  ['registry:5000/app:1@sha256:abc', 'registry:5000/app'],
  ['registry.example.com/team/app:1', 'registry.example.com/team/app'],
])('the image %s is of %s', (image, repository) => {
  expect(repositoryOf(image)).toBe(repository);
});

it.each([
  ['registry.example.com', 'registry.example.com/team/app', true],
  ['registry.example.com/team', 'registry.example.com/team/app', true],
  ['registry.example.com/tea', 'registry.example.com/team/app', true],
  ['registry.example.com/other', 'registry.example.com/team/app', false],
  ['registry.example.com:5000', 'registry.example.com/team/app', false],
  ['registry.example.com', 'registry.example.com:5000/app', false],
  ['registry.example.com:5000', 'registry.example.com:5000/app', true],
  ['*.example.com', 'registry.example.com/app', true],
  ['*.example.com', 'a.registry.example.com/app', false],
  ['*.example.com', 'example.com/app', false],
  ['reg*.example.com/team', 'registry.example.com/team/app', true],
  ['example.com', 'registry.example.com/app', false],
  ['index.docker.io', 'docker.io/library/nginx', true],
  ['docker.io', 'docker.io/team/app', true],
  ['index.docker.io', 'registry.example.com/app', false],
])('the login for %s is one for %s: %s', (registry, repository, right) => {
  expect(isFor(registry, repository)).toBe(right);
});

it('a registry of which much is public, or that lets nodes in, may need no Secret', () => {
  const open = [
    'docker.io/library/nginx',
    'ghcr.io/team/app',
    'eu.gcr.io/team/app',
    '1.dkr.ecr.eu-west-1.amazonaws.com/app',
    'team.azurecr.io/app',
  ];
  expect(open.filter((repository) => !letsInOthers(repository))).toEqual([]);
  expect(['registry.example.com/app', 'notdocker.io/app', 'docker.io.example.com/app'].filter(letsInOthers)).toEqual([]);
});
