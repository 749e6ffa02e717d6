/** Asks etcd's HTTP gateway; throws with its words where it refuses. */
async function ask<T>(url: string, path: string, body: object): Promise<T> {
  const answer = await fetch(`${url}${path}`, { method: 'POST', body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`etcd refused ${path}: ${await answer.text()}`);
  return (await answer.json()) as T;
}

/** Forgets every revision but the current one, so that a watch from an older version is told that it is gone (410). */
export async function compactEtcd(url: string): Promise<void> {
  const key = Buffer.from('any').toString('base64');
  const { header } = await ask<{ header: { revision: string } }>(url, '/v3/kv/range', { key });
  await ask(url, '/v3/kv/compaction', { revision: header.revision, physical: true });
}
