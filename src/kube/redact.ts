/** What stands where a credential stood. */
const gone = '***';

/** `scheme://` and what follows, to the next space or quotation mark. */
const url = /\b([a-z][a-z0-9+.-]{1,20}:\/\/)([^\s"'`<>]*)/gi;

/** What stands before an `@`, from where it begins: so that each character is looked at once. `web:1.0@sha256:…` is an image. */
const beforeAt = /(?<![^\s"'`<>@/])[^\s"'`<>@/]+@(?!sha\d{1,3}:)(?=\w)/g;
/** `user:password@host` without a scheme, as an address is written by hand. */
const loginAlone = /(?<![\w.+%-])[\w.+%-]+:[^@]+@/;

/** Headers that are credentials, with all that follows on the line. */
const headers =
  /\b((?:proxy-)?authorization|(?:set-)?cookie|x-[a-z-]{0,40}(?:token|key|secret)|(?:private|job|deploy)-token)(["']?\s{0,3}[:=])[^\r\n]*/gi;

/** `Bearer …`, `Basic …` and `token …` by themselves. */
const schemes = /\b(bearer|basic|token)(\s{1,3})[\w+/=.~-]{8,}/gi;

const keys =
  'password|passwd|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key|account[_-]?key|private[_-]?key|credentials?|signature|auth';
/** `password=…`, `"token": "…"`, `client_secret: …`; a text that was cut may lack the last quotation mark. */
const pairs = new RegExp(`((?<!/)(?:${keys})[\\w-]{0,20}["']?\\s{0,3}[=:]\\s{0,3})(?:"[^"\\n]*"?|'[^'\\n]*'?|[^\\s,;&"'}\\])]+)`, 'gi');
/** `--password …`. */
const flags = new RegExp(`(-[\\w-]{0,40}(?:${keys})[\\w-]{0,20}\\s{1,3})[^\\s"']+`, 'gi');

/** Credentials that are known by their form: GitHub, GitLab, Docker, npm, PyPI, Slack, AWS, Google, Vault, JSON in Base64 and JSON Web Tokens. */
const known =
  /\b(?:gh[oprsu]_\w{16,}|github_pat_\w{20,}|gl[a-z]{2,8}-[\w.-]{16,}|dckr_[a-z]{3}_[\w-]{16,}|npm_\w{20,}|pypi-[\w-]{16,}|xox[a-z]-[\w-]{10,}|(?:AKIA|ASIA)[A-Z0-9]{16}|AIza[\w-]{30,}|ya29\.[\w-]{16,}|hv[sbr]\.[\w-]{16,}|eyJ[\w-]{8,}(?:\.[\w-]*){0,2})/g;

const privateKeys = /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|$)/g;

/** Nothing that is shown needs more, and others may write texts of any length. */
const longest = 16 * 1024;

/**
 * The text's beginning without credentials: user info and queries of URLs, values of headers, `key=value` where the key says that it is
 * one, and tokens that are known by their form. It would rather take too much: what it is for is to be shown to people.
 */
export function redact(text: string): string {
  return shortened(text, longest)
    .replace(privateKeys, gone)
    .replace(url, (_, scheme: string, rest: string) => scheme + withoutCredentials(rest))
    .replace(beforeAt, (before) => before.replace(loginAlone, ''))
    .replace(headers, `$1$2 ${gone}`)
    .replace(schemes, `$1$2${gone}`)
    .replace(pairs, `$1${gone}`)
    .replace(flags, `$1${gone}`)
    .replace(known, gone);
}

/** What an address may end at in a text. */
const ends = [...' \n\r\t"\'`<>'];

/**
 * The beginning of a text, of at most so many characters. What may be an address is not cut but left out: a token that stands where its user
 * does could no longer be told from a host. A copy, since a part of a long text would keep all of it.
 */
export function shortened(text: string, length: number): string {
  if (text.length <= length) return text;
  const cut = text.slice(0, length);
  const last = Math.max(...ends.map((end) => cut.lastIndexOf(end))) + 1;
  return Buffer.from(cut.includes(':', last) ? cut.slice(0, last) : cut).toString();
}

/** `user:password@host/path?query` as `host/path`. A password may hold any character, so that the last @ counts; a digest is no host. */
function withoutCredentials(rest: string): string {
  const [authority = ''] = /^[^/?#]*/.exec(rest) ?? [];
  const at = rest.replace(/@sha256:[0-9a-f]*$/, '').lastIndexOf('@');
  const hasPort = authority.replace(/^\[[\da-f:.]*\]/i, '').includes(':');
  if (at < 0 && /:(?!\d{0,5}$)/.test(authority.replace(/^\[[\da-f:.]*\]/i, ''))) return gone;
  const inQuery = at > authority.length && '?#'.includes(rest.charAt(authority.length));
  const place = at >= 0 && (hasPort || authority.includes('@') || inQuery) ? rest.slice(at + 1) : rest;
  const end = place.search(/[?#]/);
  return end < 0 ? place : `${place.slice(0, end)}?${gone}`;
}
