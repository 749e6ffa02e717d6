/** The name of a container image in its parts; '' for what it does not say. */
export interface ImageName {
  /** With the registry where one is named, without tag and digest. */
  repository: string;
  tag: string;
  digest: string;
}

/** `registry:5000/team/app:1.2@sha256:…` in its parts. */
export function readImage(image: string): ImageName {
  const [name = '', digest = ''] = image.split('@');
  // A colon before the last slash is that of a registry's port.
  const colon = name.indexOf(':', name.lastIndexOf('/') + 1);
  return colon === -1 ? { repository: name, tag: '', digest } : { repository: name.slice(0, colon), tag: name.slice(colon + 1), digest };
}
