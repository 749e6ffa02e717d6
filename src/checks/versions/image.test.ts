import { readImage } from './image.ts';

describe('the name of an image', () => {
  it.each([
    ['nginx', 'nginx', '', ''],
    ['nginx:1.29', 'nginx', '1.29', ''],
    ['registry.example.com:5000/team/app', 'registry.example.com:5000/team/app', '', ''],
    ['registry.example.com:5000/team/app:v1.2.0', 'registry.example.com:5000/team/app', 'v1.2.0', ''],
    ['team/app@sha256:abc', 'team/app', '', 'sha256:abc'],
    ['localhost:5000/app:1.2@sha256:abc', 'localhost:5000/app', '1.2', 'sha256:abc'],
    ['', '', '', ''],
  ])('%s has its parts', (image, repository, tag, digest) => {
    expect(readImage(image)).toEqual({ repository, tag, digest });
  });
});
