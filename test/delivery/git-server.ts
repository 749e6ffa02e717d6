import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { runCommand } from '../controlplane/command.ts';
import { freePorts } from '../controlplane/ports.ts';

export interface Credentials {
  username: string;
  password: string;
}

/** A Git server on a loopback port: `git http-backend`, so that what a client is told is what Git itself says. */
export interface GitServer {
  /** Who may read the private repositories. Made anew for every server. */
  readonly credentials: Credentials;
  /** The address of a repository; without credentials in it. */
  url(repository: string): string;
  /** Makes these files, by path, the whole content of a branch (main unless told otherwise), and the repository where there is none. */
  commit(repository: string, files: Files, branch?: string): Promise<void>;
  stop(): Promise<void>;
}

/** The text of files by their path. */
export type Files = Readonly<Record<string, string>>;

/** Repositories of this prefix are read with credentials alone. */
export const privately = 'private/';
/** Of repositories of this prefix nothing is ever answered: a first sync that goes on. */
export const silently = 'silent/';
const headEnd = '\r\n\r\n';

/** What Git answers, once its head has been read. */
interface CgiHead {
  status: number;
  headers: [string, string][];
}

function parseHead(text: string): CgiHead {
  const fields = text.split('\r\n').map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  const status = fields.find(([name]) => name.toLowerCase() === 'status')?.[1];
  return { status: Number.parseInt(status ?? '200', 10), headers: fields.filter(([name]) => name.toLowerCase() !== 'status') };
}

function cgiVariables(root: string, request: IncomingMessage): Record<string, string> {
  const { pathname, search } = new URL(request.url ?? '/', 'http://git');
  const header = (name: string) => String(request.headers[name] ?? '');
  return {
    PATH: process.env.PATH ?? '',
    HOME: root,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_PROJECT_ROOT: root,
    GIT_HTTP_EXPORT_ALL: '1',
    GATEWAY_INTERFACE: 'CGI/1.1',
    REQUEST_METHOD: request.method ?? 'GET',
    PATH_INFO: decodeURIComponent(pathname),
    QUERY_STRING: search.slice(1),
    CONTENT_TYPE: header('content-type'),
    CONTENT_LENGTH: header('content-length'),
    HTTP_CONTENT_ENCODING: header('content-encoding'),
    GIT_PROTOCOL: header('git-protocol'),
    REMOTE_ADDR: '127.0.0.1',
  };
}

/** Runs `git http-backend` for one request, as a web server does. */
function runBackend(root: string, request: IncomingMessage, response: ServerResponse): void {
  const child = spawn('git', ['http-backend'], { env: cgiVariables(root, request), stdio: ['pipe', 'pipe', 'ignore'] });
  let head = Buffer.alloc(0);
  const readHead = (chunk: Buffer) => {
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf(headEnd);
    if (end < 0) return;
    child.stdout.off('data', readHead);
    const { status, headers } = parseHead(head.subarray(0, end).toString('latin1'));
    response.writeHead(status, headers.flat());
    response.write(head.subarray(end + headEnd.length));
    child.stdout.pipe(response);
  };
  child.stdout.on('data', readHead);
  child.stdin.on('error', () => undefined); // Git may answer before it has read everything
  child.once('error', () => response.destroy());
  child.once('close', () => {
    if (response.headersSent) response.end();
    else response.writeHead(500).end();
  });
  request.pipe(child.stdin);
}

/** What `git fast-import` reads: one commit on the branch with these files and no others. */
function importStream(files: Files, { branch, at, first }: { branch: string; at: number; first: boolean }): string {
  const data = (text: string) => `data ${Buffer.byteLength(text)}\n${text}\n`;
  const blobs = Object.entries(files).map(([path, text]) => `M 100644 inline ${path}\n${data(text)}`);
  const head = `commit refs/heads/${branch}\ncommitter test <test@example.com> ${at} +0000\n${data('content')}`;
  return `${head}${first ? '' : `from refs/heads/${branch}^0\n`}deleteall\n${blobs.join('')}done\n`;
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
}

/** `directory`: of its own, for the repositories. */
export async function startGitServer(directory: string): Promise<GitServer> {
  const root = join(directory, 'repositories');
  mkdirSync(root);
  const credentials = { username: 'flux', password: randomBytes(24).toString('hex') };
  const expected = `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`;
  /** How many commits each branch of each repository has. */
  const commits = new Map<string, number>();

  const server = createServer((request, response) => {
    if (request.url?.startsWith(`/${silently}`)) return;
    if (request.url?.startsWith(`/${privately}`) && request.headers.authorization !== expected) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
      return;
    }
    runBackend(root, request, response);
  });
  const [port = 0] = await freePorts(1);
  await listening(server, port);

  async function git(args: string[], input = ''): Promise<void> {
    const env = { PATH: process.env.PATH, HOME: root, GIT_CONFIG_NOSYSTEM: '1' };
    const { code, stderr } = await runCommand('git', args, { env, input });
    if (code !== 0) throw new Error(`git ${args[0]} ended with ${code}: ${stderr}`);
  }

  return {
    credentials,
    url: (repository) => `http://127.0.0.1:${port}/${repository}.git`,
    commit: async (repository, files, branch = 'main') => {
      const path = join(root, `${repository}.git`);
      if (!existsSync(path)) await git(['init', '--quiet', '--bare', '--initial-branch=main', path]);
      const key = `${repository} ${branch}`;
      const made = commits.get(key) ?? 0;
      commits.set(key, made + 1);
      const at = Math.floor(Date.now() / 1000) + made;
      await git(['-C', path, 'fast-import', '--quiet', '--done'], importStream(files, { branch, at, first: made === 0 }));
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
